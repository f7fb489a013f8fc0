package cpu

import (
	"mnistgpu/cpu/internal/kernel"
	"mnistgpu/internal/backend"
)

// elementGrain is the least number of elements that is worth another thread.
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

// strip is some rows of a panel. Matrices of the same shape have the same strips.
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

// Advance computes step += 1 and cursor += n.
func (r *recorder) Advance(step, cursor backend.Tensor, n int) {
	r.record(func() {
		if !step.IsZero() {
			data[int32](step)[0]++
		}
		if !cursor.IsZero() {
			data[int32](cursor)[0] += int32(n)
		}
	})
	r.wrote(step)
	r.wrote(cursor)
}

// learningRate reads the rate of the current step.
func learningRate(sgd backend.SGD) float32 {
	step := data[int32](sgd.Step)[0]
	return matrix(sgd.LearningRate).Piece(int(step), 0)[0]
}
