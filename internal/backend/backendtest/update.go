package backendtest

import (
	"fmt"

	"mnistgpu/internal/backend"
)

// updateTrials lists the trials of a verb that updates. The function update makes each
// of them for a shape and an L2.
func updateTrials(name string, update func(rows, cols int, l2 float32) experiment) (list []trial) {
	for _, shape := range [][2]int{{1, 1}, {3, 31}, {1, 1000}, {127, 33}} {
		for _, l2 := range []float32{0, 0.25} {
			name := fmt.Sprintf("%s, %dx%d, L2 %v", name, shape[0], shape[1], l2)
			list = append(list, trial{name, update(shape[0], shape[1], l2)})
		}
	}
	return list
}

// sgdStepTrials judges p by four roundings: of L2·p, of the sum with g, of the
// product with the learning rate and of the difference.
func sgdStepTrials() (list []trial) {
	for _, k := range []struct {
		name    string
		numbers generator
		rule    rule
	}{
		{"whole numbers", small, exact},
		{"NaN", oneNaN, exact},
		{"real numbers", normal, sum(4)},
	} {
		list = append(list, updateTrials(k.name, func(rows, cols int, l2 float32) experiment {
			return func(s *stage) {
				p := s.changed("p", k.rule, k.numbers, rows, cols)
				g := s.numbers(k.numbers, rows, cols)
				sgd := s.sgd(l2)
				s.run(func(ops backend.Ops) { ops.SGDStep(p, g, sgd) })
			}
		})...)
	}
	return list
}

// advanceTrials advances step, cursor, both and neither.
func advanceTrials() (list []trial) {
	var none backend.Tensor
	for _, n := range []int{0, 1, 128, 60000} {
		count := func(s *stage) {
			step, cursor := s.counter("step", 3), s.counter("cursor", 7)
			stepAlone, cursorAlone := s.counter("step alone", 0), s.counter("cursor alone", 0)
			g := s.capture(func(ops backend.Ops) {
				ops.Advance(step, cursor, n)
				ops.Advance(stepAlone, none, n)
				ops.Advance(none, cursorAlone, n)
				ops.Advance(none, none, n)
				ops.Advance(step, cursor, 2)
			})
			s.replay(g, 3)
		}
		list = append(list, trial{fmt.Sprintf("by %d", n), count})
	}
	return list
}
