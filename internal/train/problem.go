package train

import (
	"slices"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/model"
)

// Problem is what a run starts from, for another program that has to do the same.
type Problem struct {
	Model  *model.Model // before the first step
	Batch  int          // images per step; the last step of an epoch takes what is left
	Orders [][]int32    // of the images in each epoch
}

// NewProblem returns the problem of a run of c on data, with the orders of the given
// number of epochs. Its error is that of [Run].
func NewProblem(b backend.Backend, data *mnist.Dataset, c Config, epochs int) (*Problem, error) {
	t, err := newTrainer(b, data, c, nil)
	if err != nil {
		return nil, err
	}
	if err := t.snapshot(); err != nil {
		return nil, err
	}
	p := &Problem{Model: t.model, Batch: t.plan.batch}
	_, draw := newShuffle(c.Seed)
	order := slices.Clone(t.feed.permutation)
	for range epochs {
		if t.shuffles() {
			shuffle(order, draw)
		}
		p.Orders = append(p.Orders, slices.Clone(order))
	}
	return p, nil
}
