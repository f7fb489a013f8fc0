package train

import (
	"fmt"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/model"
	"mnistgpu/internal/nn"
)

// Answers are a model's answers for every image of a split.
type Answers struct {
	Loss     float64   // mean cross-entropy, in nats
	Accuracy float64   // fraction of 1
	Logits   []float32 // (N, classes)
}

// Answer takes a split, whose images and labels must be of m's size and classes,
// through a valid model on b. The loss and the accuracy have the same bits as in the
// run on the same backend that produced m. The error is a fault of the backend.
func Answer(b backend.Backend, m *model.Model, split mnist.Split) (*Answers, error) {
	net, err := nn.Load(b, m)
	if err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	f, err := newFeed(b, split, inOrder(split), m.PixelScale)
	if err != nil {
		return nil, fmt.Errorf("images: %w", err)
	}
	e, err := newEvaluator(b, net, f)
	if err != nil {
		return nil, fmt.Errorf("tally: %w", err)
	}
	a := new(Answers)
	a.Loss, a.Accuracy, err = e.run(func(rows int) error {
		logits, err := backend.Download[float32](b, net.Logits(rows))
		a.Logits = append(a.Logits, logits...)
		return err
	})
	return a, err
}
