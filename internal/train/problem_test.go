package train

import (
	"math"
	"slices"
	"testing"

	"mnistgpu/internal/backend/backendtest"
)

// TestProblemIsTheRun compares a problem with its run: the orders with those of the
// run's feed, epoch by epoch, and the losses with the run's history.
func TestProblemIsTheRun(t *testing.T) {
	b := chunked{new(backendtest.Reference), 16}
	c := tinyConfig()
	p, err := NewProblem(b, tiny, c, 3, 5)
	if err != nil {
		t.Fatal(err)
	}
	if p.Batch != 8 || len(p.Orders) != 3 || len(p.Losses) != 5 || len(p.Model.Tensors) != 4 {
		t.Fatalf("batch %d, %d orders, %d losses, %d tensors", p.Batch, len(p.Orders), len(p.Losses), len(p.Model.Tensors))
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

	// A record has the mean over the images of the epoch's steps so far.
	c.EvalEvery = 1
	_, seen := run(t, c, 16)
	sum, images := 0.0, 0
	for i, rows := range []int{8, 8, 4} {
		sum, images = sum+p.Losses[i]*float64(rows), images+rows
		if want := seen.records[i].Loss; !(math.Abs(sum/float64(images)-want) <= 1e-12) {
			t.Errorf("the mean loss up to step %d is %v, and the run's %v", i, sum/float64(images), want)
		}
	}
}
