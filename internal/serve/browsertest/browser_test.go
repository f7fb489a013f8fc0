package browsertest

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// looks is how often a test checks for what the page should do at once. It counts
// checks and not time, since a machine may stall.
const looks = 2000

// tab is a tab of a browser, with the page open.
type tab struct {
	t   testing.TB
	ctx context.Context
}

// screen is the screen that a tab is shown on.
type screen struct {
	width, height int64
	scale         float64
	dark, phone   bool
}

var desktop = screen{width: 1280, height: 900, scale: 1}

// open opens the page. Anything the browser complains about fails the test.
func open(t testing.TB, address string, s screen) *tab {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium to test with")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(end)
	b := &tab{t, ctx}
	if err := chromedp.Listen(ctx, b.complain); err != nil {
		t.Fatal(err)
	}
	b.show(s)
	b.do(chromedp.Navigate(address))
	return b
}

// complain fails the test for errors in the page, and for violations of its security
// policy.
func (b *tab) complain(event any) {
	switch event := event.(type) {
	case *runtime.EventExceptionThrown:
		b.t.Errorf("the page failed: %+v", event.ExceptionDetails)
	case *log.EventEntryAdded:
		b.t.Errorf("the browser says %s: %s", event.Entry.Level, event.Entry.Text)
	}
}

// show makes the tab look as it does on the given screen.
func (b *tab) show(s screen) {
	b.t.Helper()
	viewport := []chromedp.EmulateViewportOption{chromedp.EmulateScale(s.scale)}
	if s.phone {
		viewport = append(viewport, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait)
	}
	scheme := emulation.MediaFeature{Name: "prefers-color-scheme", Value: "light"}
	if s.dark {
		scheme.Value = "dark"
	}
	b.do(chromedp.EmulateViewport(s.width, s.height, viewport...))
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{&scheme}})
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// value evaluates an expression of the page.
func value[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// text returns the text of an element.
func (b *tab) text(id string) string {
	b.t.Helper()
	return strings.TrimSpace(value[string](b, `document.getElementById("`+id+`").innerText`))
}

// until waits for an expression of the page to become true.
func (b *tab) until(expression string) {
	b.t.Helper()
	for range looks {
		if value[bool](b, expression) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.t.Fatalf("the page never came to %s; it says %q", expression, b.text("state"))
}

func (b *tab) click(id string) { b.t.Helper(); b.do(chromedp.Click(chromedp.ID(id))) }

func (b *tab) keys(keys string, options ...chromedp.KeyOption) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys, options...))
}

// held is a mouse whose button is down.
func held(p *input.DispatchMouseEventParams) { p.Button, p.Buttons = input.MouseButtonLeft, 1 }

// draw draws with a mouse, point by point.
func (b *tab) draw(strokes []stroke) {
	b.t.Helper()
	pad := b.pad()
	for _, s := range strokes {
		x, y := pad.at(s[0])
		b.do(chromedp.MouseEvent(chromedp.MousePressed, x, y, held, chromedp.ClickCount(1)))
		for _, p := range s[1:] {
			x, y = pad.at(p)
			b.do(chromedp.MouseEvent(chromedp.MouseMoved, x, y, held))
		}
		b.do(chromedp.MouseEvent(chromedp.MouseReleased, x, y, chromedp.ButtonLeft, chromedp.ClickCount(1)))
	}
}

// touch draws with a finger.
func (b *tab) touch(strokes []stroke) {
	b.t.Helper()
	pad := b.pad()
	for _, s := range strokes {
		kind := input.DispatchTouchEventTypeTouchStart
		for _, p := range s {
			x, y := pad.at(p)
			call(b, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: []*input.TouchPoint{{X: x, Y: y}}})
			kind = input.DispatchTouchEventTypeTouchMove
		}
		call(b, input.DispatchTouchEvent, input.DispatchTouchEventParams{
			Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{},
		})
	}
}

// box is the position of the pad in the window.
type box struct {
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

func (b *tab) pad() box {
	b.t.Helper()
	return value[box](b, `document.getElementById("pad").getBoundingClientRect().toJSON()`)
}

func (p box) at(q point) (x, y float64) { return p.X + q.x*p.Width, p.Y + q.y*p.Height }

// ready waits until the page knows the model.
func (b *tab) ready() { b.t.Helper(); b.until(`document.querySelectorAll("#bars li").length > 0`) }

// settled waits until the answer is for the whole drawing: it is spoken when there has
// been no stroke for a while.
func (b *tab) settled() {
	b.t.Helper()
	b.until(`document.getElementById("spoken").textContent !== ""`)
}

// clear presses the button.
func (b *tab) clear() {
	b.t.Helper()
	b.click("clear")
	b.until(`document.getElementById("spoken").textContent === ""`)
}

// call sends a command of the protocol.
func call[P any](b *tab, command cdp.Command[P, cdp.Empty], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, command, params); err != nil {
		b.t.Fatal(err)
	}
}
