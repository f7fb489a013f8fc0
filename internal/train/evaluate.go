package train

import (
	"mnistgpu/internal/backend"
	"mnistgpu/internal/nn"
)

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
