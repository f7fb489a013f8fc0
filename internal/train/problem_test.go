package train

import (
	"slices"
	"testing"

	"mnistgpu/internal/backend/backendtest"
)

// TestProblemIsTheRun compares the orders of a problem with those of the run's feed, epoch
// by epoch.
func TestProblemIsTheRun(t *testing.T) {
	b := chunked{new(backendtest.Reference), 16}
	c := tinyConfig()
	p, err := NewProblem(b, tiny, c, 3)
	if err != nil {
		t.Fatal(err)
	}
	if p.Batch != 8 || len(p.Orders) != 3 || len(p.Model.Tensors) != 4 {
		t.Fatalf("batch %d, %d orders, %d tensors", p.Batch, len(p.Orders), len(p.Model.Tensors))
	}

	c.Epochs = 3
	follow, err := newTrainer(b, tiny, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	for epoch, order := range p.Orders {
		for range follow.plan.perEpoch {
			if err := follow.advance(1); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(order, follow.feed.permutation) {
			t.Errorf("epoch %d has the order %v, and the run %v", epoch, order, follow.feed.permutation)
		}
	}
	if slices.Equal(p.Orders[0], p.Orders[1]) {
		t.Error("two epochs have one order")
	}
}
