package train

import (
	"context"
	"time"

	"mnistgpu/internal/model"
)

// Stopping says what may end a run before its last step.
type Stopping struct {
	ValFraction    float64 // fraction of the training images, and of each class, held out for validation
	Patience       int     // evaluations without a better validation loss after which the run stops; 0 means never
	MinDelta       float64 // how far a validation loss must be below the best one to be better
	Time           float64 // seconds after which the run stops; 0 means never
	TargetAccuracy float64 // validation accuracy, or else test accuracy, at which the run stops; 0 means never
}

// limit is the time limit of the run, or 0.
func (s Stopping) limit() time.Duration { return seconds(s.Time) }

// A StopReason is why a run took no further step.
type StopReason string

// The reasons to stop.
const (
	StopFinished    StopReason = "finished"    // all steps were taken
	StopInterrupted StopReason = "interrupted" // the context was done
	StopDiverged    StopReason = "diverged"    // see Divergence
	StopPatience    StopReason = "patience"    // the validation loss did not improve
	StopTime        StopReason = "time"        // the time was up
	StopTarget      StopReason = "target"      // the target accuracy was reached
)

// reasonToStop returns why no further step should be taken, or "". A run takes at least
// one step.
func (t *trainer) reasonToStop(ctx context.Context) StopReason {
	limit := t.config.limit()
	switch {
	case t.step == 0:
		return ""
	case t.onTarget():
		return StopTarget
	case t.step == t.plan.steps:
		return StopFinished
	case ctx.Err() != nil:
		return StopInterrupted
	case t.best.outOfPatience(t.config.Patience):
		return StopPatience
	case limit > 0 && time.Since(t.started) >= limit:
		return StopTime
	}
	return ""
}

// onTarget reports whether the last step was evaluated and the network has the target
// accuracy.
func (t *trainer) onTarget() bool {
	target := t.config.TargetAccuracy
	return target > 0 && t.evaluated() && t.history[len(t.history)-1].Monitored(t.config) >= target
}

// evaluated reports whether the last line of the history is that of the last step.
func (t *trainer) evaluated() bool {
	n := len(t.history)
	return n > 0 && t.history[n-1].Step == t.step-1
}

// Monitored returns the accuracy that a target applies to: on the validation set or, if c
// holds out no images, on the test set.
func (r Record) Monitored(c Config) float64 {
	if c.ValFraction > 0 {
		return r.ValAccuracy
	}
	return r.TestAccuracy
}

// best is the evaluation with the lowest validation loss.
type best struct {
	record int // line of the history
	model  *model.Model
	loss   float64
	since  int // evaluations since then, none of them better
}

// observe compares the last record with the best. Only a loss that is lower by more
// than minDelta is better.
func (b *best) observe(history []Record, m *model.Model, minDelta float64) {
	loss := history[len(history)-1].ValLoss
	if b.model == nil || loss < b.loss-minDelta {
		*b = best{record: len(history) - 1, model: m, loss: loss}
		return
	}
	b.since++
}

// state returns b as part of a [State].
func (b *best) state() *Best {
	if b.model == nil {
		return nil
	}
	return &Best{Record: b.record, Since: b.since, Parameters: b.model.Tensors}
}

func (b *best) outOfPatience(patience int) bool { return patience > 0 && b.since >= patience }
