package bench

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
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
	samples, err := Run([]Case{a, b}, 3, func(done, total time.Duration) { told = append(told, total-done) })
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a", "b", "a", "b", "a", "b"}; !slices.Equal(log, want) {
		t.Errorf("took %v, want them in turn", log)
	}
	want := make([]time.Duration, 6)
	for i := range want {
		want[i] = time.Duration(6-i) * (time.Second + rest)
	}
	if !slices.Equal(told, want) {
		t.Errorf("told of %v left, want %v", told, want)
	}
	if s := samples[0]; s.Fastest() != 1e-9 || s.Median() != 3e-9 || s.Slowest() != 5e-9 {
		t.Errorf("samples of a are %v", s)
	}
	if _, err := Run([]Case{a}, 1, func(_, _ time.Duration) {}); !errors.Is(err, errTorn) {
		t.Errorf("error is %v, want that of the case", err)
	}
}

func TestDenseHasNoZeros(t *testing.T) {
	d := Dense()
	if d.Train.Len() != 60_000 || len(d.Train.Images) != 60_000*28*28 || d.Test.Len() != 10_000 {
		t.Error("not of MNIST's size")
	}
	if bytes.IndexByte(d.Train.Images, 0) >= 0 || bytes.IndexByte(d.Train.Images, 255) < 0 {
		t.Error("bytes are not from 1 to 255")
	}
}

// TestProducts checks that the products cover all the matrix products of a step and
// nothing more.
func TestProducts(t *testing.T) {
	data := mnist.Synthetic(600, 10, 1)
	for _, kernels := range []string{"sparse", "gonum"} {
		for _, batch := range []int{64, train.Full} {
			b, err := cpu.Open(cpu.Options{Kernels: kernels})
			if err != nil {
				t.Fatal(err)
			}
			c := train.Preset("default")
			c.Hidden, c.Batch = []int{16, 8}, batch
			products, err := NewProducts(b, data, c)
			if err != nil {
				t.Fatal(err)
			}
			step, err := NewSteps(b, data, c, 1, 0)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			flops := 0.0
			for _, p := range products {
				names = append(names, p.Name)
				flops += p.Flops
			}
			if _, err := products[0].Time(); err != nil {
				t.Error(err)
			}
			if want := productNames; !slices.Equal(names, want) {
				t.Errorf("products are %q, want %q", names, want)
			}
			if flops != step.Flops() {
				t.Errorf("%s, batch %d: products have %v operations, a step %v", kernels, batch, flops, step.Flops())
			}
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

var productNames = []string{
	"layer 1 pixels", "layer 1 forward", "layer 1 weight gradient",
	"layer 2 forward", "layer 2 input gradient", "layer 2 weight gradient",
	"layer 3 forward", "layer 3 input gradient", "layer 3 weight gradient",
}

// TestOperands checks that the operands are like those of training: activations and
// gradients differ from zero, and weights do not change.
func TestOperands(t *testing.T) {
	b, err := cpu.Open(cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	c := train.Preset("default")
	c.Hidden, c.Batch = []int{16}, 64
	s, err := newStage(b, mnist.Synthetic(100, 10, 1), c)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range s.layers {
		for name, tensor := range map[string]backend.Tensor{"y": l.y, "dy": l.dy} {
			values := download(t, b, tensor)
			if !slices.ContainsFunc(values, func(v float32) bool { return v > 0 }) {
				t.Errorf("layer %d has no %s", i+1, name)
			}
		}
		before := download(t, b, l.w)
		g, err := s.capture(i, s.update, 3)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := replay(b, g); err != nil {
			t.Fatal(err)
		}
		for j, v := range download(t, b, l.w) {
			if !(v-before[j] <= 1e-9 && v-before[j] >= -1e-9) {
				t.Fatalf("weight %d of layer %d went from %v to %v", j, i+1, before[j], v)
			}
		}
	}
}

func download(t *testing.T, b backend.Backend, tensor backend.Tensor) []float32 {
	t.Helper()
	values, err := backend.Download[float32](b, tensor)
	if err != nil {
		t.Fatal(err)
	}
	return values
}
