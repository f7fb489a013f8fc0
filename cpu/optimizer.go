package cpu

import (
	"mnistgpu/cpu/internal/kernel"
	"mnistgpu/internal/backend"
)

// elementGrain is the smallest number of elements worth another thread.
const elementGrain = 1 << 14

// SGDStep computes p -= lr·(g + L2·p).
func (r *recorder) SGDStep(p, g backend.Tensor, sgd backend.SGD) {
	params, gradients := matrix(p), matrix(g)
	r.strips(params, func(s strip) {
		descend(s.of(params), s.of(gradients), learningRate(sgd), sgd.L2)
	})
	r.wrote(p)
}

func descend(p, g []float32, lr, l2 float32) {
	g = g[:len(p)]
	for i, v := range p {
		p[i] = v - lr*(g[i]+l2*v)
	}
}

// MomentumStep computes v = Momentum·v + (g + L2·p) and p -= lr·v.
func (r *recorder) MomentumStep(p, v, g backend.Tensor, momentum backend.Momentum) {
	params, velocities, gradients := matrix(p), matrix(v), matrix(g)
	k := r.b.kernels
	r.strips(params, func(s strip) {
		k.Momentum(s.of(params), s.of(velocities), s.of(gradients),
			learningRate(momentum.SGD), momentum.Momentum, momentum.L2)
	})
	r.wrote(p)
	r.wrote(v)
}

// AdamStep updates the means m and v of g' = g + L2·p and of its square, and computes
// p -= alpha·m/(√v + Epsilon).
func (r *recorder) AdamStep(p, m, v, g backend.Tensor, adam backend.Adam) {
	params, means, squares, gradients := matrix(p), matrix(m), matrix(v), matrix(g)
	k := r.b.kernels
	r.strips(params, func(s strip) {
		k.Adam(s.of(params), s.of(means), s.of(squares), s.of(gradients),
			learningRate(adam.SGD), adam.Beta1, adam.Beta2, adam.Epsilon, adam.L2)
	})
	r.wrote(p)
	r.wrote(m)
	r.wrote(v)
}

// learningRate reads the rate of the current step.
func learningRate(sgd backend.SGD) float32 {
	step := data[int32](sgd.Step)[0]
	return matrix(sgd.LearningRate).Piece(int(step), 0)[0]
}

// strip is a range of rows of a panel. Matrices of the same shape have the same strips.
type strip struct{ first, end, panel int }

// of returns the elements of m in the strip.
func (s strip) of(m kernel.Matrix) []float32 { return m.Slice(s.first, s.end).Panel(s.panel) }

// strips appends a call of f for each strip of m.
func (r *recorder) strips(m kernel.Matrix, f func(s strip)) {
	parts := min(4*r.b.pool.threads(), 1+m.Rows*m.Cols/elementGrain)
	r.parallel(parts, func(part int) {
		first, end := split(m.Rows, parts, part)
		for panel := range m.Panels() {
			f(strip{first, end, panel})
		}
	})
}
