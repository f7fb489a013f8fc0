package browsertest

import (
	"slices"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
)

// watch records how many milliseconds pass between an action of the hand and the frame
// that shows the bars of its answer.
const watch = `
	let began;
	window.times = [];
	document.getElementById("pad").addEventListener("pointermove", (event) => { began = event.timeStamp; });
	document.getElementById("pad").addEventListener("pointerdown", (event) => { began = event.timeStamp; });
	const ask = window.fetch;
	window.fetch = async (...args) => {
		const response = await ask(...args);
		const read = response.json.bind(response);
		response.json = async () => {
			const answer = await read();
			if (args[0].startsWith("/v1/predict")) {
				// The page has set its bars by then, and the frame is about to be drawn.
				setTimeout(() => requestAnimationFrame(() => window.times.push(performance.now() - began)));
			}
			return answer;
		};
		return response;
	};
	true`

// BenchmarkStrokeToBars draws digits, each piece of a stroke after the bars show the
// answer to the previous one.
func BenchmarkStrokeToBars(b *testing.B) {
	needMNIST(b)
	page := open(b, start(b, trained), desktop)
	page.ready()
	value[bool](page, watch)
	for i := 0; b.Loop(); i++ {
		pad := page.pad()
		for _, s := range digits[i%len(digits)] {
			x, y := pad.at(s[0])
			page.timed(chromedp.MouseEvent(chromedp.MousePressed, x, y, held, chromedp.ClickCount(1)))
			for _, p := range s[1:] {
				x, y = pad.at(p)
				page.timed(chromedp.MouseEvent(chromedp.MouseMoved, x, y, held))
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

// timed does an action that changes the drawing, and waits for its answer.
func (b *tab) timed(action chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	seen := value[int](b, "window.times.length")
	b.do(action)
	b.until("window.times.length > " + strconv.Itoa(seen))
}
