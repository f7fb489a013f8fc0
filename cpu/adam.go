package cpu

import "mnistgpu/internal/backend"

// AdamStep computes the means m and v of g' = g + L2·p and of its square, and
// p -= alpha·m/(√v + Epsilon).
func (r *recorder) AdamStep(p, m, v, g backend.Tensor, adam backend.Adam) {
	params, means, squares, gradients := matrix(p), matrix(m), matrix(v), matrix(g)
	k := r.b.updates()
	r.strips(params, func(s strip) {
		k.Adam(s.of(params), s.of(means), s.of(squares), s.of(gradients),
			learningRate(adam.SGD), adam.Beta1, adam.Beta2, adam.Epsilon, adam.L2)
	})
	r.wrote(p)
	r.wrote(m)
	r.wrote(v)
}
