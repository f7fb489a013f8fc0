package cpu

import "mnistgpu/internal/backend"

// MomentumStep computes v = Momentum·v + (g + L2·p) and p -= lr·v.
func (r *recorder) MomentumStep(p, v, g backend.Tensor, momentum backend.Momentum) {
	params, velocities, gradients := matrix(p), matrix(v), matrix(g)
	r.strips(params, func(s strip) {
		lr := learningRate(momentum.SGD)
		roll(s.of(params), s.of(velocities), s.of(gradients), lr, momentum.Momentum, momentum.L2)
	})
	r.wrote(p)
	r.wrote(v)
}

func roll(p, v, g []float32, lr, momentum, l2 float32) {
	v, g = v[:len(p)], g[:len(p)]
	for i, w := range p {
		v[i] = momentum*v[i] + (g[i] + l2*w)
		p[i] = w - lr*v[i]
	}
}
