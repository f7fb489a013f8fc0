package bench

import (
	"fmt"
	"time"

	"mnistgpu/internal/ui"
)

// progress shows how much of a benchmark is done: a bar on a terminal, and elsewhere an
// occasional line.
type progress struct {
	io      *ui.IO
	bar     *ui.Bar
	started time.Time
	written time.Time
}

func newProgress(o *ui.IO) *progress {
	return &progress{io: o, bar: o.NewBar(1000), started: time.Now()}
}

// set shows how much of the expected time is done. The time left is estimated from the
// time spent so far.
func (p *progress) set(done, total time.Duration) {
	left, share := total, float64(done)/float64(max(total, 1))
	if done > 0 {
		left = time.Duration(float64(time.Since(p.started)) * float64(total-done) / float64(done))
	}
	switch {
	case p.bar.Shown():
		p.bar.Set(int64(1000*share), "timing", "ETA "+ui.Clock(left))
	case done == 0:
		p.line("timing, about " + ui.Clock(left))
	case time.Since(p.written) >= ui.LogInterval:
		p.line(fmt.Sprintf("timing  %.0f %%  ETA %s", 100*share, ui.Clock(left)))
	}
}

func (p *progress) line(s string) {
	p.io.Notef("%s", s)
	p.written = time.Now()
}

// clear leaves the output at the start of a line.
func (p *progress) clear() { p.bar.Clear() }
