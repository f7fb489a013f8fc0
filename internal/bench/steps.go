package bench

import (
	"time"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/train"
)

const (
	// sampleTime is the least time that a sample should take, so that the cost of
	// the clock and of the last wait does not show.
	sampleTime = 200 * time.Millisecond

	// maxSampleSteps bounds the tables that a run allocates for its steps.
	maxSampleSteps = 20_000
)

// Steps times the steps of a run, or its epochs.
type Steps struct {
	watch    *train.Stopwatch
	steps    int // in a sample
	images   int // in what a sample stands for: a step or an epoch
	perEpoch int // steps of an epoch if a sample stands for one, otherwise 0
	expected time.Duration
}

// NewSteps prepares a run and warms it up. A sample is the mean time of the given
// number of steps or, if that is 0, of as many as fill a fifth of a second. The
// error is that of [train.Run].
func NewSteps(b backend.Backend, data *mnist.Dataset, c train.Config, repeats, steps int) (*Steps, error) {
	most := maxSampleSteps
	if steps > 0 {
		most = steps
	}
	s, step, err := warm(b, data, c, most*(repeats+1))
	if err != nil {
		return nil, err
	}
	s.steps, s.images = steps, s.watch.Batch()
	if steps == 0 {
		s.steps = min(int(sampleTime/max(step, 1))+1, maxSampleSteps)
	}
	return s, s.expect(step, steps > 0)
}

// NewEpochs prepares a run and warms it up. A sample is the mean time of the given
// number of passes over the training set, with the shuffling but without an
// evaluation. The error is that of [train.Run].
func NewEpochs(b backend.Backend, data *mnist.Dataset, c train.Config, repeats, epochs int) (*Steps, error) {
	batch := c.Batch
	if batch == train.Full {
		batch = data.Train.Len()
	}
	steps := (data.Train.Len() + batch - 1) / batch
	s, step, err := warm(b, data, c, steps*epochs*(repeats+1))
	if err != nil {
		return nil, err
	}
	s.steps, s.images, s.perEpoch = steps*epochs, data.Train.Len(), steps
	return s, s.expect(step, epochs > 1)
}

// expect sets the expected time of a sample from that of a step and, if warmUp is
// true, takes one sample to warm up.
func (s *Steps) expect(step time.Duration, warmUp bool) error {
	s.expected = step * time.Duration(s.steps)
	if !warmUp {
		return nil
	}
	_, err := s.watch.Time(s.steps)
	return err
}

// warm prepares a run of the given number of steps, in addition to those that it
// takes itself, and returns the approximate time of one. Long steps need no
// warming up.
func warm(b backend.Backend, data *mnist.Dataset, c train.Config, steps int) (*Steps, time.Duration, error) {
	const warmUp, trial = 3, 20
	c.Epochs, c.Steps = 0, warmUp+trial+steps
	watch, err := train.NewStopwatch(b, data, c)
	if err != nil {
		return nil, 0, err
	}
	step, err := watch.Time(1)
	if err == nil && step < sampleTime {
		if _, err = watch.Time(warmUp - 1); err == nil {
			step, err = watch.Time(min(trial, int(sampleTime/step)))
		}
	}
	return &Steps{watch: watch}, step, err
}

// Time takes a sample.
func (s *Steps) Time() (time.Duration, error) {
	step, err := s.watch.Time(s.steps)
	if s.perEpoch > 0 {
		return step * time.Duration(s.perEpoch), err
	}
	return step, err
}

// Expected is about how long a sample takes.
func (s *Steps) Expected() time.Duration { return s.expected }

// Batch is the number of images of a step.
func (s *Steps) Batch() int { return s.watch.Batch() }

// Images is the number of images that a sample stands for: those of a step, or
// the training set.
func (s *Steps) Images() int { return s.images }

// Flops is the number of operations in the matrix products of that many images,
// counting zeros.
func (s *Steps) Flops() float64 {
	return s.watch.Flops() * float64(s.images) / float64(s.watch.Batch())
}
