package browsertest

import (
	"slices"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
)

// watch notes how many milliseconds lie between what a hand does and the frame
// that shows the bars as they are then.
const watch = `
	let began = null;
	window.times = [];
	document.getElementById("pad").addEventListener("pointermove", (event) => { began ??= event.timeStamp; });
	new MutationObserver(() => requestAnimationFrame(() => {
		if (began !== null) {
			window.times.push(performance.now() - began);
			began = null;
		}
	})).observe(document.getElementById("bars"), { attributes: true, subtree: true });
	true`

// BenchmarkStrokeToBars draws digits, each piece of a stroke once the bars have
// shown the one before.
func BenchmarkStrokeToBars(b *testing.B) {
	needMNIST(b)
	page := open(b, start(b, trained), desktop)
	page.ready()
	value[bool](page, watch)
	for i := 0; b.Loop(); i++ {
		pad := page.pad()
		for _, s := range digits[i%len(digits)] {
			x, y := pad.at(s[0])
			page.do(chromedp.MouseEvent(chromedp.MousePressed, x, y, held, chromedp.ClickCount(1)))
			for _, p := range s[1:] {
				x, y = pad.at(p)
				seen := value[int](page, "window.times.length")
				page.do(chromedp.MouseEvent(chromedp.MouseMoved, x, y, held))
				page.until("window.times.length > " + strconv.Itoa(seen))
			}
			page.do(chromedp.MouseEvent(chromedp.MouseReleased, x, y, chromedp.ButtonLeft, chromedp.ClickCount(1)))
		}
		page.clear()
	}
	times := value[[]float64](page, "window.times")
	slices.Sort(times)
	b.ReportMetric(times[len(times)/2], "ms/median")
	b.ReportMetric(times[len(times)*95/100], "ms/p95")
	b.ReportMetric(times[len(times)-1], "ms/max")
	b.ReportMetric(float64(len(times)), "strokes")
}
