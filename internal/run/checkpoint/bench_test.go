package checkpoint

import (
	"testing"

	"mnistgpu/internal/durable"
	"mnistgpu/internal/model"
)

// BenchmarkSave saves a state of the size that the default preset has on MNIST.
func BenchmarkSave(b *testing.B) {
	const parameters, images, steps = 318_010, 60_000, 469
	s := &State{
		Order: make([]int32, images), Loss: make([]float64, steps), Hits: make([]int32, steps),
		Tensors: []model.Tensor{{Name: "w", Shape: []int{parameters}, Values: make([]float32, parameters)}},
	}
	dir := b.TempDir()
	for b.Loop() {
		if _, err := Save(durable.Disk, dir, s, 2); err != nil {
			b.Fatal(err)
		}
	}
}
