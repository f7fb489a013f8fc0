//go:build cuda && linux

package gpu

import (
	"context"
	"math"
	"os"
	"testing"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/train"
	"mnistgpu/internal/train/traintest"
)

// TestDefaultPreset trains the default preset on 2,000 images for 3 epochs, the
// last step of each a short one, on the CPU and on the GPU.
func TestDefaultPreset(t *testing.T) {
	useDevice(t)
	data := images(t, 2000, 500)
	want := trainPreset(t, onCPU, data)
	got := trainPreset(t, opener(Options{}), data)

	// Each is within 2e-6 of exact arithmetic after up to 100 steps.
	d := distance(parameters(got), parameters(want))
	t.Logf("%s: parameters are off by %.2g, limit 4e-6", data.Name, d)
	if !(d <= 4e-6) {
		t.Error("that is too much")
	}
	for i, w := range want.History {
		g := got.History[i]
		if d := math.Abs(g.TestLoss-w.TestLoss) / w.TestLoss; !(d <= 1e-5) {
			t.Errorf("epoch %d: the test loss is %v, want %v", i, g.TestLoss, w.TestLoss)
		}
		// Two of the 500 images may have two logits that are close.
		if d := math.Abs(g.TestAccuracy - w.TestAccuracy); !(d <= 2./500) {
			t.Errorf("epoch %d: the test accuracy is %v, want %v", i, g.TestAccuracy, w.TestAccuracy)
		}
	}
}

// images returns the beginning of MNIST if MNISTGPU_DATA names its folder, and
// otherwise that many drawn images.
func images(t *testing.T, training, test int) *mnist.Dataset {
	dir := os.Getenv("MNISTGPU_DATA")
	if dir == "" {
		return mnist.Synthetic(training, test, 1)
	}
	data, err := mnist.LoadDir(dir, 10)
	if err != nil {
		t.Fatal(err)
	}
	data.Train = head(data.Train, training)
	data.Test = head(data.Test, test)
	return data
}

// head returns the first n images of a split.
func head(s mnist.Split, n int) mnist.Split {
	return mnist.Split{Images: s.Images[:n*len(s.Images)/s.Len()], Labels: s.Labels[:n]}
}

func trainPreset(t *testing.T, open func() (backend.Backend, error), data *mnist.Dataset) *train.Result {
	t.Helper()
	b, err := open()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	config := train.Preset("default")
	config.Epochs = 3
	result, err := train.Run(context.Background(), b, data, config, traintest.Silent{}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(result.History) != config.Epochs {
		t.Fatalf("%d evaluations, want %d", len(result.History), config.Epochs)
	}
	return result
}

func parameters(r *train.Result) (values [][]float32) {
	for _, tensor := range r.Model.Tensors {
		values = append(values, tensor.Values)
	}
	return values
}
