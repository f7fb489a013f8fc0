package train

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/model"
)

// TestForeignStatesAreRefused alters a valid state in one way at a time.
func TestForeignStatesAreRefused(t *testing.T) {
	passed, cases := 0, 0
	check := func(name string, c Config, s *State) {
		cases++
		if _, err := Run(context.Background(), onCPU(t), tiny, c, new(log), s, nil); !fault.Is(err, fault.BadState) {
			t.Errorf("%s: %v", name, err)
			return
		}
		passed++
	}
	c := stateful()
	nan := math.NaN()
	for name, alter := range map[string]func(*State){
		"no step":              func(s *State) { s.Step = 0 },
		"too many steps":       func(s *State) { s.Step = 21 },
		"another epoch":        func(s *State) { s.Epoch++ },
		"another cursor":       func(s *State) { s.Cursor-- },
		"a short order":        func(s *State) { s.Order = s.Order[1:] },
		"an image twice":       func(s *State) { s.Order[0] = s.Order[1] },
		"a negative image":     func(s *State) { s.Order[0] = -1 },
		"an image too many":    func(s *State) { s.Order[0] = 20 },
		"a validation image":   func(s *State) { s.Order[0] = missing(s.Order) },
		"a bad generator":      func(s *State) { s.Generator = s.Generator[1:] },
		"a parameter too few":  func(s *State) { s.Parameters = s.Parameters[1:] },
		"another name":         func(s *State) { s.Parameters[0].Name = "x" },
		"another shape":        func(s *State) { s.Parameters[0].Shape = []int{6, 16} },
		"values too few":       func(s *State) { s.Parameters[0].Values = s.Parameters[0].Values[1:] },
		"a weight of NaN":      func(s *State) { s.Parameters[0].Values[0] = float32(nan) },
		"no state of Adam":     func(s *State) { s.Method = nil },
		"Adam's of NaN":        func(s *State) { s.Method[1].Values[0] = float32(nan) },
		"losses too few":       func(s *State) { s.Loss = s.Loss[1:] },
		"hits too few":         func(s *State) { s.Hits = s.Hits[1:] },
		"an infinite loss":     func(s *State) { s.Loss[0] = math.Inf(1) },
		"a line of later":      func(s *State) { s.History[1].Step = 8 },
		"a line twice":         func(s *State) { s.History[1].Step = 0 },
		"a figure of NaN":      func(s *State) { s.History[0].ValLoss = nan },
		"a time of NaN":        func(s *State) { s.Seconds = nan },
		"a negative time":      func(s *State) { s.Overhead = -1 },
		"no best":              func(s *State) { s.Best = nil },
		"a best of nowhere":    func(s *State) { s.Best.Record = 9 },
		"a best of before":     func(s *State) { s.Best.Record = -1 },
		"another since":        func(s *State) { s.Best.Since++ },
		"a best of NaN":        func(s *State) { s.Best.Parameters[0].Values[0] = float32(nan) },
		"a best without a net": func(s *State) { s.Best.Parameters = nil },
	} {
		s := at(t, c, 8)
		s.Best.Parameters = cloned(s.Best.Parameters)
		s.Parameters = cloned(s.Parameters)
		alter(s)
		check(name, c, s)
	}
	impatient := c
	impatient.Patience = 0
	check("a best without patience", impatient, at(t, c, 8))
	t.Logf("passed %d of %d", passed, cases)
}

// missing returns an image of tiny that is not in order.
func missing(order []int32) int32 {
	for {
		if i := rand.Int32N(20); !slices.Contains(order, i) {
			return i
		}
	}
}

func cloned(tensors []model.Tensor) []model.Tensor {
	tensors = slices.Clone(tensors)
	for i := range tensors {
		tensors[i].Values = slices.Clone(tensors[i].Values)
	}
	return tensors
}
