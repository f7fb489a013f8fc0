package bench

import (
	"errors"
	"slices"
	"testing"
	"time"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/backend/backendtest"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/train"
)

// script is a case whose times are fixed in advance.
type script struct {
	name  string
	times []time.Duration
	log   *[]string
}

var errTorn = errors.New("torn script")

func (s *script) Expected() time.Duration { return time.Second }

func (s *script) Time() (time.Duration, error) {
	*s.log = append(*s.log, s.name)
	if len(s.times) == 0 {
		return 0, errTorn
	}
	t := s.times[0]
	s.times = s.times[1:]
	return t, nil
}

func TestRun(t *testing.T) {
	var log []string
	a := &script{"a", []time.Duration{5, 1, 3}, &log}
	b := &script{"b", []time.Duration{2, 4, 9}, &log}
	var told []time.Duration
	samples, err := Run([]*script{a, b}, 3, func(done, total time.Duration) { told = append(told, total-done) })
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a", "b", "a", "b", "a", "b"}; !slices.Equal(log, want) {
		t.Errorf("took %v, want them in turn", log)
	}
	want := make([]time.Duration, 6)
	for i := range want {
		want[i] = time.Duration(6-i) * time.Second
	}
	if !slices.Equal(told, want) {
		t.Errorf("told of %v left, want %v", told, want)
	}
	if s := samples[0]; s.Fastest() != 1e-9 || s.Median() != 3e-9 || s.Slowest() != 5e-9 {
		t.Errorf("samples of a are %v", s)
	}
	if _, err := Run([]*script{a}, 1, func(_, _ time.Duration) {}); !errors.Is(err, errTorn) {
		t.Errorf("error is %v, want that of the case", err)
	}
}

// TestSteps checks that a run has room for all samples, and what a sample counts.
func TestSteps(t *testing.T) {
	const repeats = 3
	data := mnist.Synthetic(100, 10, 1)
	b := new(backendtest.Reference)
	c := train.Preset("default")
	c.Hidden, c.Batch = []int{4}, 32
	const perImage = 2 * (2*784*4 + 3*4*10)
	for name, test := range map[string]struct {
		prepare func(backend.Backend, *mnist.Dataset, train.Config, int, int) (*Steps, error)
		length  int
		images  int
	}{
		"steps":         {NewSteps, 3, 32},
		"steps by time": {NewSteps, 0, 32},
		"epochs":        {NewEpochs, 2, 100},
	} {
		s, err := test.prepare(b, data, c, repeats, test.length)
		if err != nil {
			t.Fatal(err)
		}
		for range repeats {
			if took, err := s.Time(); err != nil || took <= 0 {
				t.Errorf("%s: %v, %v", name, took, err)
			}
		}
		if s.Batch() != 32 || s.Images() != test.images || s.Flops() != float64(test.images*perImage) {
			t.Errorf("%s: batch %d, %d images, %v operations", name, s.Batch(), s.Images(), s.Flops())
		}
	}
}
