package browsertest

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// wanted is how many of ten drawn digits a default run must classify correctly.
const wanted = 9

func TestDrawnDigits(t *testing.T) {
	needMNIST(t)
	b := open(t, start(t, trained), desktop)
	b.ready()
	if right := b.read(digits[:]); right < wanted {
		t.Errorf("%d of 10 digits read right, want %d", right, wanted)
	}
	// The answers depend on what is drawn: digits that lie on their side are mostly
	// classified wrong.
	var lying [][]stroke
	for _, d := range digits {
		lying = append(lying, turned(d))
	}
	if right := b.read(lying); right >= wanted {
		t.Errorf("%d of 10 digits that lie on their side read right, want fewer than %d", right, wanted)
	}
}

// read draws digits and counts those that are classified correctly.
func (b *tab) read(drawings [][]stroke) int {
	b.t.Helper()
	right := 0
	for want, strokes := range drawings {
		b.draw(strokes)
		b.settled()
		got := b.text("symbol")
		b.t.Logf("drew %d, read %s, %s, %s", want, got, b.text("words"), b.text("latency"))
		if got == strconv.Itoa(want) {
			right++
		}
		b.clear()
	}
	return right
}

func TestUndoAndClear(t *testing.T) {
	needMNIST(t)
	b := open(t, start(t, trained), desktop)
	b.ready()
	b.draw(digits[4])
	b.settled()
	four := b.text("bars")
	b.draw([]stroke{line(0.1, 0.1, 0.9, 0.1)})
	b.until(`document.querySelector("#bars").innerText.trim() !== ` + strconv.Quote(four))
	b.click("undo")
	b.until(`document.querySelector("#bars").innerText.trim() === ` + strconv.Quote(four))
	b.clear()
	if got := b.text("symbol"); got != "?" {
		t.Errorf("a cleared page says %s, want ?", got)
	}
	b.click("undo")
	b.until(`document.querySelector("#bars").innerText.trim() === ` + strconv.Quote(four))
}

func TestKeyboard(t *testing.T) {
	needMNIST(t)
	b := open(t, start(t, trained), desktop)
	b.ready()
	b.keys(kb.Tab)
	if at := value[string](b, `document.activeElement.id`); at != "pad" {
		t.Fatalf("the first Tab goes to %q, want the pad", at)
	}
	b.keys(strings.Repeat(kb.ArrowUp, 8) + " " + strings.Repeat(kb.ArrowDown, 16) + " ")
	b.settled()
	if got := b.text("symbol"); got != "1" {
		t.Errorf("a line from top to bottom, drawn with keys, is read as %s", got)
	}
	if got := b.text("spoken"); !strings.HasPrefix(got, "one, ") {
		t.Errorf("a screen reader hears %q, want one", got)
	}
	b.keys(kb.Delete)
	b.until(`document.getElementById("symbol").textContent === "?"`)
	b.keys(kb.Backspace)
	b.until(`document.getElementById("symbol").textContent === "1"`)
	b.keys("z", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	b.until(`document.getElementById("symbol").textContent === "?"`)
}

func TestFinger(t *testing.T) {
	needMNIST(t)
	b := open(t, start(t, trained), screen{width: 390, height: 844, scale: 2, phone: true})
	b.ready()
	b.touch(digits[7])
	b.settled()
	if got := b.text("symbol"); got != "7" {
		t.Errorf("a 7 drawn with a finger is read as %s", got)
	}
	if y := value[float64](b, "scrollY"); y != 0 {
		t.Errorf("drawing scrolled the page by %v", y)
	}
}

func TestCurvesAndModelComeAlive(t *testing.T) {
	needMNIST(t)
	run := filepath.Join(t.TempDir(), "mnist-002")
	write := func(name string, content []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(run, name), content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	take := func(name string) []byte {
		t.Helper()
		content, err := os.ReadFile(filepath.Join(trained, name))
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	if err := os.Mkdir(run, 0o777); err != nil {
		t.Fatal(err)
	}
	lock, err := os.Create(filepath.Join(run, ".lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	train := func(kind int) { // whoever has the lock is training
		t.Helper()
		if err := syscall.Flock(int(lock.Fd()), kind); err != nil {
			t.Fatal(err)
		}
	}
	train(syscall.LOCK_EX)
	write("config.toml", take("config.toml"))
	b := open(t, start(t, run), desktop)
	b.until(`document.getElementById("progress").textContent.startsWith("In progress")`)

	lines := strings.SplitAfter(string(take("history.csv")), "\n")
	write("history.csv", []byte(strings.Join(lines[:4], "")))
	b.until(`document.querySelector("#accuracy svg")?.getAttribute("aria-label").startsWith("accuracy after 3 epochs") ?? false`)
	if got := b.text("progress"); !strings.HasPrefix(got, "In progress · epoch 3 of 10 · about ") {
		t.Errorf("after 3 of 10 epochs the page says %q", got)
	}
	b.look("in-progress")
	train(syscall.LOCK_UN)
	b.until(`document.getElementById("progress").textContent.startsWith("Stopped: mnistgpu resume RUN continues it · 3 epochs in ")`)
	train(syscall.LOCK_EX)
	b.until(`document.getElementById("progress").textContent.startsWith("In progress")`)
	write("history.csv", []byte(strings.Join(lines, "")))
	b.until(`document.querySelector("#loss svg")?.getAttribute("aria-label").startsWith("loss after 10 epochs") ?? false`)
	if value[bool](b, `document.getElementById("pad").checkVisibility()`) {
		t.Error("there is a pad to draw on, and no model to ask")
	}
	write("model.safetensors", take("model.safetensors"))
	write("summary.json", take("summary.json"))
	b.until(`document.getElementById("progress").textContent.startsWith("Done · 10 epochs in ")`)
	b.ready()
	b.draw(digits[3])
	b.settled()
	if got := b.text("symbol"); got != "3" {
		t.Errorf("a 3 for the model that has come is read as %s", got)
	}
	write("summary.json", bytes.Replace(take("summary.json"), []byte("{"), []byte(`{"learned_nothing":"training loss 2.303",`), 1))
	b.until(`document.getElementById("progress").textContent.endsWith(" · the network learned nothing: mnistgpu lr-find suggests another learning rate")`)
}
