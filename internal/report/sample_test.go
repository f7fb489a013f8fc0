package report

import (
	"math/rand/v2"
	"testing"

	"mnistgpu/internal/mnist"
	"mnistgpu/internal/model"
	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
)

// sample returns a run of a network with random weights on n synthetic test images,
// about a tenth of which it classifies correctly.
func sample(t testing.TB, n int) *Run {
	t.Helper()
	const pixels, hidden, classes = 28 * 28, 32, 10
	draw := rand.New(rand.NewPCG(1, 2))
	random := func(n int) []float32 {
		values := make([]float32, n)
		for i := range values {
			values[i] = float32(draw.NormFloat64())
		}
		return values
	}
	data := mnist.Synthetic(10, n, 1)
	accuracy, loss := 0.25, 2.5
	return &Run{
		Dir: "runs/synthetic-001", Command: "mnistgpu train --data synthetic",
		Settings: []Setting{{"lr", "0.5", "learning rate"}},
		Summary:  &run.Summary{Status: "done", Preset: "default", Data: "synthetic", TestAccuracy: &accuracy, TrainAccuracy: &accuracy, Loss: &loss, Seconds: 75},
		History: parsed(t, []train.Record{
			{Step: 9, Epoch: 1, Loss: 4, TrainAccuracy: 0.125, TestLoss: 3, TestAccuracy: 0.375, Seconds: 1},
			{Step: 19, Epoch: 2, Loss: 2.5, TrainAccuracy: 0.25, TestLoss: 3.5, TestAccuracy: 0.25, Seconds: 2},
		}),
		Tested: &Tested{
			Model: &model.Model{Height: 28, Width: 28, PixelScale: 1, Tensors: []model.Tensor{
				{Name: "layers.0.weight", Shape: []int{pixels, hidden}, Values: random(pixels * hidden)},
				{Name: "layers.0.bias", Shape: []int{hidden}, Values: random(hidden)},
				{Name: "layers.1.weight", Shape: []int{hidden, classes}, Values: random(hidden * classes)},
				{Name: "layers.1.bias", Shape: []int{classes}, Values: random(classes)},
			}},
			Data: data, Names: mnist.DefaultNames(classes),
			Evaluation: &train.Evaluation{Loss: loss, Accuracy: accuracy, Logits: random(n * classes)},
		},
	}
}

func BenchmarkFiles(b *testing.B) {
	r := sample(b, 10_000)
	for b.Loop() {
		if _, err := r.Files(); err != nil {
			b.Fatal(err)
		}
	}
}
