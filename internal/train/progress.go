package train

import (
	"time"

	"mnistgpu/internal/backend"
)

// reportInterval is the time from one report of progress to the next, without an
// evaluation in between. Each report waits for the device.
const reportInterval = 200 * time.Millisecond

// announce reports the plan to the observer, after timing part of a step if steps are
// long. The run resumes from the state, unless that is nil.
func (t *trainer) announce(from *State) error {
	p := Plan{
		TrainImages: t.plan.images, TestImages: t.data.Test.Len(), ValImages: t.plan.held,
		Pixels: t.data.Height * t.data.Width, Classes: t.data.Classes,
		Batch: t.plan.batch, Steps: t.plan.steps, StepsPerEpoch: t.plan.perEpoch,
	}
	for _, param := range t.net.Params() {
		p.Parameters += param.Tensor.Len()
	}
	step, err := t.timeStep()
	if err != nil {
		return err
	}
	left, limit := t.plan.steps, t.config.limit()
	if from != nil {
		p.Begun = from.Step
		left -= from.Step
		limit -= from.elapsed()
	}
	p.Estimate = time.Duration(left) * step
	if t.config.limit() > 0 {
		p.Estimate = min(p.Estimate, max(0, limit))
	}
	t.observer.Begin(p)
	return nil
}

// timeStep estimates the time of a step from one of its chunks. It leaves the weights
// and the tally alone. A step of a single chunk is too short to need an estimate, which
// is then 0.
func (t *trainer) timeStep() (time.Duration, error) {
	chunk := t.net.ChunkRows()
	if t.plan.batch <= chunk {
		return 0, nil
	}
	tally, err := newTally(t.b, 1)
	if err != nil {
		return 0, err
	}
	slice, err := t.b.Capture(func(ops backend.Ops) {
		t.net.Accumulate(ops, t.feed.batch(chunk), tally, 1/float32(t.plan.batch), false)
	})
	if err != nil {
		return 0, err
	}
	var took time.Duration
	for range 2 { // the first time warms up
		start := time.Now()
		if err := slice.Replay(); err != nil {
			return 0, err
		}
		if err := t.b.Sync(); err != nil {
			return 0, err
		}
		took = time.Since(start)
	}
	return took * time.Duration(t.plan.batch) / time.Duration(chunk), nil
}

// report reports to the observer how far the run has come, with the recent loss and
// accuracy.
func (t *trainer) report(loss, accuracy float64) {
	t.reported = time.Now()
	perStep := time.Since(t.started).Seconds() / float64(t.step)
	remaining := seconds(perStep * float64(t.plan.steps-t.step))
	if limit := t.config.limit(); limit > 0 {
		remaining = min(remaining, max(0, limit-time.Since(t.started)))
	}
	rate := float64(t.imagesIn(0, t.step)) / (time.Since(t.started) - t.overhead).Seconds()
	t.observer.Progress(Progress{
		Step: t.step, Steps: t.plan.steps, StepsPerEpoch: t.plan.perEpoch,
		Loss: loss, Accuracy: accuracy, ImagesPerSecond: rate,
		Remaining: remaining,
	})
}
