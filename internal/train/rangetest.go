package train

import (
	"context"
	"math"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
)

// Range is the learning rates of a range test: Points rates from Low to High, a
// constant factor apart, and the number of Steps taken at each.
type Range struct {
	Low, High     float64
	Points, Steps int
}

// RangeTest trains a network of c at the rates of r, from the lowest to the highest,
// and calls point with each rate and the mean loss of its steps, before their updates.
// It ends after the last rate, when point returns false, or, with ctx's cause, when ctx
// is done. This is the test of L. Smith (arXiv 1506.01186, 3.3), with the exponential
// growth that fastai gave it.
//
// The network exists only for the test. The schedule, the length and the evaluations of
// c are ignored. Any other error is of the kind fault.BadUsage if c does not fit the data,
// or a fault of the backend.
func RangeTest(ctx context.Context, b backend.Backend, data *mnist.Dataset, c Config, r Range, point func(rate, loss float64) bool) error {
	c.Stopping, c.Epochs, c.Steps = Stopping{}, 0, r.Points*r.Steps
	p, err := c.plan(data.Train.Len())
	if err != nil {
		return err
	}
	// A step schedule, whose rate grows from stage to stage.
	growth := math.Pow(r.High/r.Low, 1/float64(r.Points-1))
	c.LearningRate = r.Low
	c.Schedule = Schedule{Kind: stepRate, Period: float64(r.Steps) / float64(p.perEpoch), Decay: growth}
	t, err := newTrainer(b, data, c, nil)
	if err != nil {
		return err
	}
	for range r.Points {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		loss, err := t.lossOf(r.Steps)
		if err != nil {
			return err
		}
		if !point(c.learningRate(t.step-1, p), loss) {
			break
		}
	}
	return nil
}

// lossOf takes the next steps and returns their mean loss.
func (t *trainer) lossOf(steps int) (float64, error) {
	first := t.step
	if err := t.advanceBy(steps); err != nil {
		return 0, err
	}
	c, err := download(t.b, t.tally)
	if err != nil {
		return 0, err
	}
	loss, _ := c.mean(first, t.step, t.imagesIn(first, t.step))
	return loss, nil
}
