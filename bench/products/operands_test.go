package products

import (
	"bytes"
	"slices"
	"testing"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/train"
)

// smallStage returns a stage of a small network.
func smallStage(t *testing.T, kernels string, data *mnist.Dataset, hidden []int, batch int) (*stage, train.Config) {
	t.Helper()
	b, err := cpu.Open(cpu.Options{Kernels: kernels})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	c := train.Preset("default")
	c.Hidden, c.Batch = hidden, batch
	return newStage(t, b, data, c), c
}

// TestProductsAreAStep checks that the products are all those of a step and nothing more.
func TestProductsAreAStep(t *testing.T) {
	want := []string{
		"layer1-pixels", "layer1-columns", "layer1-forward", "layer1-weight-gradient",
		"layer2-forward", "layer2-input-gradient", "layer2-weight-gradient",
		"layer3-forward", "layer3-input-gradient", "layer3-weight-gradient",
	}
	data := mnist.Synthetic(600, 10, 1)
	for _, kernels := range []string{"sparse", "gonum"} {
		for _, batch := range []int{64, train.Full} {
			s, c := smallStage(t, kernels, data, []int{16, 8}, batch)
			c.Epochs, c.Steps = 0, 1
			step, err := train.NewStopwatch(s.b, data, c)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			flops := 0.0
			for _, p := range s.products() {
				p.measure(t, 1)
				names, flops = append(names, p.name), flops+p.flops
			}
			if !slices.Equal(names, want) {
				t.Errorf("products are %q, want %q", names, want)
			}
			if flops != step.Flops() {
				t.Errorf("%s, batch %d: products have %v operations, a step %v", kernels, batch, flops, step.Flops())
			}
		}
	}
}

// TestOperands checks that the operands are like those of training: activations and
// gradients differ from zero, and weights do not change.
func TestOperands(t *testing.T) {
	s, _ := smallStage(t, "sparse", mnist.Synthetic(100, 10, 1), []int{16}, 64)
	for i, l := range s.layers {
		for name, tensor := range map[string]backend.Tensor{"y": l.y, "dy": l.dy} {
			if !slices.ContainsFunc(download(s, tensor), func(v float32) bool { return v > 0 }) {
				t.Errorf("layer %d has no %s", i+1, name)
			}
		}
		before := download(s, l.w)
		replay(t, s.repeated(i, s.weightGradient, 3))
		for j, v := range download(s, l.w) {
			if !(v-before[j] <= 1e-9 && v-before[j] >= -1e-9) {
				t.Fatalf("weight %d of layer %d went from %v to %v", j, i+1, before[j], v)
			}
		}
	}
}

func download(s *stage, tensor backend.Tensor) []float32 {
	s.Helper()
	values, err := backend.Download[float32](s.b, tensor)
	if err != nil {
		s.Fatal(err)
	}
	return values
}

func TestDenseImagesHaveNoZeros(t *testing.T) {
	d := denseImages()
	if d.Train.Len() != 60_000 || len(d.Train.Images) != 60_000*28*28 || d.Test.Len() != 10_000 {
		t.Error("not of MNIST's size")
	}
	if bytes.IndexByte(d.Train.Images, 0) >= 0 || bytes.IndexByte(d.Train.Images, 255) < 0 {
		t.Error("bytes are not from 1 to 255")
	}
}
