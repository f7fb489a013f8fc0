package backendtest

import (
	"math/rand/v2"
	"slices"

	"mnistgpu/internal/backend"
)

// squares are means of squares, well above zero. Where they are close to zero, and g
// and L2·p cancel, the sizes alone give no bound on the error of p.
var squares = fill(func(r *rand.Rand) float64 { return 0.25 + r.Float64() })

// adamStepTrials uses an epsilon so large that its place in the formula matters.
func adamStepTrials() []trial {
	nan := []kind{{name: "NaN", numbers: oneNaN, rule: sum}}
	return slices.Concat(
		updates([]kind{{name: "perfect squares"}}, perfectSquares),
		updates(nan, meansOfSquares),
		updates(realUpdates, meansOfSquares),
		[]trial{{"no gradient yet", noGradientYet}},
	)
}

// meansOfSquares judges m by the roundings of L2·p, of the sum with g, of the product
// with 1-Beta1 and of the last sum. In v the first two count twice, since they are
// squared, and there is one more product. In p there are those of m, half of those of
// v, and one each for the root, the sum, the product, the quotient and the difference.
// The differences from 1 are exact.
func meansOfSquares(s *stage, k kind, rows, cols int, l2 float32) {
	p := s.changed("p", k.rule(13), k.numbers, rows, cols)
	m := s.changed("m", k.rule(4), k.numbers, rows, cols)
	v := s.changed("v", k.rule(7), squares, rows, cols)
	g := s.numbers(k.numbers, rows, cols)
	adam := backend.Adam{SGD: s.sgd(l2), Beta1: 0.9, Beta2: 0.999, Epsilon: 0.125}
	s.run(func(ops backend.Ops) { ops.AdamStep(p, m, v, g, adam) })
}

// perfectSquares gives exact results: each g + L2·p is 0, 1, 3 or 7 or its negative and
// v is its square, so that √v + 1 is a power of two like all other factors. The order
// of the operations makes no difference, but each operation does.
func perfectSquares(s *stage, _ kind, rows, cols int, l2 float32) {
	n := rows * cols
	p, m := small(s.rand, n), small(s.rand, n)
	v, g := make([]float64, n), make([]float64, n)
	for i := range p {
		p[i] *= 4
		d := []float64{0, 1, 3, 7, -1, -3, -7}[s.rand.IntN(7)]
		v[i], g[i] = d*d, d-float64(l2)*p[i]
	}
	pt := s.floats("p", exact, rows, cols, p)
	mt := s.floats("m", exact, rows, cols, m)
	vt := s.floats("v", exact, rows, cols, v)
	gt := s.input(backend.Float32, rows, cols, g)
	adam := backend.Adam{SGD: s.sgd(l2), Beta1: 0.5, Beta2: 0.5, Epsilon: 1}
	s.run(func(ops backend.Ops) { ops.AdamStep(pt, mt, vt, gt, adam) })
}

// noGradientYet is the weight of a pixel that is zero in all images. It must not
// change, in spite of a quotient that is close to 0/0.
func noGradientYet(s *stage) {
	const rows, cols = 3, 31
	nothing := make([]float64, rows*cols)
	p := s.changed("p", exact, normal, rows, cols)
	m := s.floats("m", exact, rows, cols, nothing)
	v := s.floats("v", exact, rows, cols, nothing)
	g := s.input(backend.Float32, rows, cols, nothing)
	adam := backend.Adam{SGD: s.sgd(0), Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}
	s.replay(s.capture(func(ops backend.Ops) { ops.AdamStep(p, m, v, g, adam) }), 3)
}
