package main

import (
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// benchView shows the progress of a benchmark: a bar on a terminal, and elsewhere an
// occasional line.
type benchView struct {
	bar     *progressbar.ProgressBar // or nil
	started time.Time
	written time.Time
}

func newBenchView() *benchView {
	v := &benchView{started: time.Now()}
	if term.IsTerminal(int(os.Stderr.Fd())) {
		v.bar = newBar(1000)
	}
	return v
}

// tell shows how much of the expected time is done. The time left is estimated from the
// time spent so far.
func (v *benchView) tell(done, total time.Duration) {
	left := total
	if done > 0 {
		left = time.Duration(float64(time.Since(v.started)) * float64(total-done) / float64(done))
	}
	switch {
	case v.bar != nil:
		v.bar.Describe("timing  ETA " + clock(left))
		v.bar.Set64(int64(1000 * float64(done) / float64(max(total, 1))))
	case done == 0:
		v.line("timing, about " + clock(left))
	case time.Since(v.written) >= plainInterval:
		v.line(fmt.Sprintf("timing  %.0f %%  ETA %s", 100*float64(done)/float64(total), clock(left)))
	}
}

func (v *benchView) line(s string) {
	fmt.Fprintln(os.Stderr, s)
	v.written = time.Now()
}

// finish leaves the output at the start of a line.
func (v *benchView) finish() {
	if v.bar != nil {
		v.bar.Clear()
	}
}
