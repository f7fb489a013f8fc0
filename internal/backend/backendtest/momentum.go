package backendtest

import "mnistgpu/internal/backend"

// momentumStepTrials judges v by four roundings: of L2·p, of the sum with g, of the
// product with v and of the second sum. For p, the product with the learning rate and
// the difference add two. A momentum of 1/2 and an L2 of 1/4 keep whole numbers exact.
func momentumStepTrials() (list []trial) {
	for _, k := range []struct {
		name     string
		numbers  generator
		momentum float32
		p, v     rule
	}{
		{"whole numbers", small, 0.5, exact, exact},
		{"NaN", oneNaN, 0.5, exact, exact},
		{"real numbers", normal, 0.9, sum(6), sum(4)},
	} {
		list = append(list, updateTrials(k.name, func(rows, cols int, l2 float32) experiment {
			return func(s *stage) {
				p := s.changed("p", k.p, k.numbers, rows, cols)
				v := s.changed("v", k.v, k.numbers, rows, cols)
				g := s.numbers(k.numbers, rows, cols)
				momentum := backend.Momentum{SGD: s.sgd(l2), Momentum: k.momentum}
				s.run(func(ops backend.Ops) { ops.MomentumStep(p, v, g, momentum) })
			}
		})...)
	}
	return list
}
