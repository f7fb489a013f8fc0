package train

import (
	"cmp"
	"math"
	"testing"

	"mnistgpu/internal/nn"
)

// descending is a config with an optimizer, at its usual rate.
func descending(method nn.Method, momentum float64) Config {
	c := tinyConfig()
	c.Optimizer, c.Momentum, c.Epochs = method, momentum, 200
	switch method {
	case nn.Momentum:
		c.Momentum = cmp.Or(momentum, 0.9)
		c.LearningRate *= 1 - c.Momentum
	case nn.Adam:
		c.LearningRate = 0.001
	}
	return c
}

// TestEveryOptimizerLearns checks that each optimizer learns, that no two give the same
// loss, and that each is repeatable.
func TestEveryOptimizerLearns(t *testing.T) {
	seen := map[float64]Config{}
	for _, c := range []Config{descending(nn.SGD, 0), descending(nn.Momentum, 0), descending(nn.Momentum, 0.5), descending(nn.Adam, 0)} {
		r, _ := run(t, c, 64)
		first, last := r.History[0], r.History[len(r.History)-1]
		if !(last.Loss < first.Loss/2) {
			t.Errorf("%s: the loss went from %v to %v", c.Optimizer, first.Loss, last.Loss)
		}
		if other, ok := seen[last.Loss]; ok {
			t.Errorf("%+v and %+v end with the same loss", c.Descent, other.Descent)
		}
		seen[last.Loss] = c
		if again, _ := run(t, c, 64); !sameModel(r.Model, again.Model) {
			t.Errorf("%s gave another model from the same seed", c.Optimizer)
		}
	}
}

// TestOptimizersTakeChunks trains on the full batch in chunks and in one piece.
func TestOptimizersTakeChunks(t *testing.T) {
	for _, method := range []nn.Method{nn.Momentum, nn.Adam} {
		c := descending(method, 0)
		c.Batch, c.Steps = Full, 5
		whole, _ := run(t, c, 64)
		sliced, _ := run(t, c, 8)
		a, b := whole.History[len(whole.History)-1].Loss, sliced.History[len(sliced.History)-1].Loss
		// Both compute in float64: only the rounding to float32 may differ.
		if !(math.Abs(a-b) <= 1e-6) {
			t.Errorf("%s: in chunks the loss is %v, else %v", method, b, a)
		}
	}
}
