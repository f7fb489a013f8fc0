package main

import (
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// ratesView shows the progress of a range test, by the rules of output in ui.go.
type ratesView struct {
	started time.Time
	bar     *progressbar.ProgressBar // nil unless stderr is a terminal
	done    int                      // points
}

func newRatesView(s *settings) *ratesView {
	v := &ratesView{started: time.Now()}
	if s.quiet {
		return v
	}
	fmt.Fprintf(os.Stderr, "testing %d learning rates from %s to %s: %d steps of %s images at each\n",
		rates.Points, rateText(rates.Low), rateText(rates.High), rates.Steps, thousands(s.config.Batch))
	if term.IsTerminal(int(os.Stderr.Fd())) {
		v.bar = newBar(int64(rates.Points))
	}
	return v
}

// point is called with each rate and its loss. The time left assumes that the test
// continues to the last rate.
func (v *ratesView) point(rate, loss float64) {
	v.done++
	if v.bar == nil {
		return
	}
	left := time.Since(v.started) * time.Duration(rates.Points-v.done) / time.Duration(v.done)
	v.bar.Describe(fmt.Sprintf("rate %.2g  loss %s  ETA %s", rate, lossText(loss), clock(left)))
	v.bar.Set(v.done)
}

func (v *ratesView) finish() {
	if v.bar != nil {
		v.bar.Clear()
	}
}
