package cpu

import (
	"math"

	"mnistgpu/internal/backend"
)

// AdamStep computes the means m and v of g' = g + L2·p and of its square, and
// p -= alpha·m/(√v + Epsilon).
func (r *recorder) AdamStep(p, m, v, g backend.Tensor, adam backend.Adam) {
	params, means, squares, gradients := matrix(p), matrix(m), matrix(v), matrix(g)
	r.strips(params, func(s strip) {
		adapt(s.of(params), s.of(means), s.of(squares), s.of(gradients), learningRate(adam.SGD), adam)
	})
	r.wrote(p)
	r.wrote(m)
	r.wrote(v)
}

func adapt(p, m, v, g []float32, alpha float32, adam backend.Adam) {
	m, v, g = m[:len(p)], v[:len(p)], g[:len(p)]
	keep, add := adam.Beta1, 1-adam.Beta1
	keepSquare, addSquare := adam.Beta2, 1-adam.Beta2
	for i, w := range p {
		d := g[i] + adam.L2*w
		mean := keep*m[i] + add*d
		square := keepSquare*v[i] + addSquare*d*d
		root := float32(math.Sqrt(float64(square)))
		m[i], v[i] = mean, square
		p[i] = w - alpha*mean/(root+adam.Epsilon)
	}
}
