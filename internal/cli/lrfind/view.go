package lrfind

import (
	"fmt"
	"time"

	"mnistgpu/internal/ui"
)

// view shows the progress of a range test.
type view struct {
	started time.Time
	bar     *ui.Bar
	done    int // points
}

func (t *rangeTest) newView() *view {
	t.io.Notef("testing %d learning rates from %s to %s: %d steps of %s images at each",
		rates.Points, rateText(rates.Low), rateText(rates.High), rates.Steps, ui.Thousands(t.v.Train.Batch))
	return &view{started: time.Now(), bar: t.io.NewBar(int64(rates.Points))}
}

// point is called with each rate and its loss. The time left assumes that the test
// continues to the last rate.
func (v *view) point(rate, loss float64) {
	v.done++
	left := time.Since(v.started) * time.Duration(rates.Points-v.done) / time.Duration(v.done)
	v.bar.Set(int64(v.done), fmt.Sprintf("rate %.2g", rate), "loss "+ui.Loss(loss), "ETA "+ui.Clock(left))
}
