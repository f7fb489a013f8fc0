package train

import (
	"time"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
)

// Stopwatch times the steps of a run, taken as Run takes them but without evaluations
// or reports.
type Stopwatch struct{ t *trainer }

// NewStopwatch prepares a run of c.Steps steps on data. Its error is that of
// [Run].
func NewStopwatch(b backend.Backend, data *mnist.Dataset, c Config) (*Stopwatch, error) {
	t, err := newTrainer(b, data, c, nil)
	if err != nil {
		return nil, err
	}
	return &Stopwatch{t}, nil
}

// Time takes the next steps and returns the mean time of one. It panics if the
// run has fewer left.
func (s *Stopwatch) Time(steps int) (time.Duration, error) {
	if s.t.step+steps > s.t.plan.steps {
		panic("train: a stopwatch has too few steps left")
	}
	start := time.Now()
	if err := s.t.advanceBy(steps); err != nil {
		return 0, err
	}
	if err := s.t.b.Sync(); err != nil {
		return 0, err
	}
	return time.Since(start) / time.Duration(steps), nil
}

// Batch is the number of images per step.
func (s *Stopwatch) Batch() int { return s.t.plan.batch }

// Flops is the number of additions and multiplications in the matrix products of a
// step, including those with zeros.
func (s *Stopwatch) Flops() float64 {
	return flops(s.t.config.widths(s.t.data)) * float64(s.t.plan.batch)
}
