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

// steps times the steps of a run, or its epochs.
type steps struct {
	watch    *train.Stopwatch
	length   int           // steps in a sample
	images   int           // in what a sample stands for: a step or an epoch
	perEpoch int           // steps of an epoch if a sample stands for one, otherwise 0
	sample   time.Duration // about how long a sample takes
}

// newSteps prepares a run and warms it up. A sample is the mean time of the given
// number of steps or, if that is 0, of as many as fill a fifth of a second. The
// error is that of [train.Run].
func newSteps(b backend.Backend, data *mnist.Dataset, c train.Config, repeats, length int) (*steps, error) {
	most := maxSampleSteps
	if length > 0 {
		most = length
	}
	s, step, err := warm(b, data, c, most*(repeats+1))
	if err != nil {
		return nil, err
	}
	s.length, s.images = length, s.watch.Batch()
	if length == 0 {
		s.length = min(int(sampleTime/max(step, 1))+1, maxSampleSteps)
	}
	return s, s.expect(step, length > 0)
}

// newEpochs prepares a run and warms it up. A sample is the mean time of the given
// number of passes over the training set, with the shuffling but without an
// evaluation. The error is that of [train.Run].
func newEpochs(b backend.Backend, data *mnist.Dataset, c train.Config, repeats, epochs int) (*steps, error) {
	batch := c.Batch
	if batch == train.Full {
		batch = data.Train.Len()
	}
	perEpoch := (data.Train.Len() + batch - 1) / batch
	s, step, err := warm(b, data, c, perEpoch*epochs*(repeats+1))
	if err != nil {
		return nil, err
	}
	s.length, s.images, s.perEpoch = perEpoch*epochs, data.Train.Len(), perEpoch
	return s, s.expect(step, epochs > 1)
}

// expect sets the expected time of a sample from that of a step and, if warmUp is
// true, takes one sample to warm up.
func (s *steps) expect(step time.Duration, warmUp bool) error {
	s.sample = step * time.Duration(s.length)
	if !warmUp {
		return nil
	}
	_, err := s.watch.Time(s.length)
	return err
}

// warm prepares a run of the given number of steps, in addition to those that it
// takes itself, and returns the approximate time of one. Long steps need no
// warming up.
func warm(b backend.Backend, data *mnist.Dataset, c train.Config, length int) (*steps, time.Duration, error) {
	const warmUp, trial = 3, 20
	c.Epochs, c.Steps = 0, warmUp+trial+length
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
	return &steps{watch: watch}, step, err
}

// time implements [timed].
func (s *steps) time() (time.Duration, error) {
	step, err := s.watch.Time(s.length)
	if s.perEpoch > 0 {
		return step * time.Duration(s.perEpoch), err
	}
	return step, err
}

// expected implements [timed].
func (s *steps) expected() time.Duration { return s.sample }

// batch is the number of images of a step.
func (s *steps) batch() int { return s.watch.Batch() }

// flops is the number of operations in the matrix products of what a sample stands for,
// counting zeros.
func (s *steps) flops() float64 {
	return s.watch.Flops() * float64(s.images) / float64(s.watch.Batch())
}
