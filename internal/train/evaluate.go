package train

import (
	"fmt"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/model"
	"mnistgpu/internal/nn"
)

// Evaluation is how well a model classifies the images of a split.
type Evaluation struct {
	Loss     float64   // mean cross-entropy, in nats
	Accuracy float64   // fraction of 1
	Logits   []float32 // (N, classes)
}

// Evaluate takes a split, whose images and labels must be of m's size and classes,
// through a valid model on b. The loss and the accuracy have the same bits as in the
// run on the same backend that produced m. The error is a fault of the backend.
func Evaluate(b backend.Backend, m *model.Model, split mnist.Split) (*Evaluation, error) {
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
	scored := new(Evaluation)
	scored.Loss, scored.Accuracy, err = e.run(func(rows int) error {
		logits, err := backend.Download[float32](b, net.Logits(rows))
		scored.Logits = append(scored.Logits, logits...)
		return err
	})
	return scored, err
}

// evaluator measures a network on a part of the data.
type evaluator struct {
	b      backend.Backend
	feed   *feed
	graphs graphs
	tally  backend.Tally
}

func newEvaluator(b backend.Backend, m *nn.MLP, f *feed) (*evaluator, error) {
	e := &evaluator{b: b, feed: f}
	var err error
	if e.tally, err = newTally(b, 1); err != nil {
		return nil, err
	}
	e.graphs, err = capture(b, len(f.permutation), m.ChunkRows(), func(ops backend.Ops, rows int) {
		m.Evaluate(ops, e.feed.batch(rows), e.tally)
		ops.Advance(backend.Tensor{}, e.feed.cursor, rows)
	})
	return e, err
}

// run returns the mean loss and the accuracy over all of the feed. It calls after
// whenever a batch, of the given number of rows, has gone through the network.
func (e *evaluator) run(after func(rows int) error) (loss, accuracy float64, err error) {
	if err := e.reset(); err != nil {
		return 0, 0, err
	}
	images := len(e.feed.permutation)
	for left := images; left > 0; {
		rows, err := e.graphs.replay(left)
		if err != nil {
			return 0, 0, err
		}
		left -= rows
		if err := after(rows); err != nil {
			return 0, 0, err
		}
	}
	c, err := download(e.b, e.tally)
	if err != nil {
		return 0, 0, err
	}
	loss, accuracy = c.mean(0, 1, images)
	return loss, accuracy, nil
}

// score is run with nothing to do after a batch.
func (e *evaluator) score() (loss, accuracy float64, err error) {
	return e.run(func(int) error { return nil })
}

func (e *evaluator) reset() error {
	if err := e.feed.rewind(); err != nil {
		return err
	}
	if err := backend.Upload(e.b, e.tally.Loss, []float64{0}); err != nil {
		return err
	}
	return backend.Upload(e.b, e.tally.Hits, []int32{0})
}
