package cpu

import "mnistgpu/internal/backend"

// MomentumStep computes v = Momentum·v + (g + L2·p) and p -= lr·v.
func (r *recorder) MomentumStep(p, v, g backend.Tensor, momentum backend.Momentum) {
	params, velocities, gradients := matrix(p), matrix(v), matrix(g)
	k := r.b.updates()
	r.strips(params, func(s strip) {
		k.Momentum(s.of(params), s.of(velocities), s.of(gradients),
			learningRate(momentum.SGD), momentum.Momentum, momentum.L2)
	})
	r.wrote(p)
	r.wrote(v)
}
