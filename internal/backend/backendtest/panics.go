package backendtest

import (
	"fmt"

	"mnistgpu/internal/backend"
)

// checkPanics checks that verbs check their operands while the step is recorded. One
// wrong operand for each verb shows that its checks are there; package backend tests
// the checks themselves.
func checkPanics(b backend.Backend) error {
	s := &stage{b: b}
	float := func(rows, cols int) backend.Tensor { return s.alloc(backend.Float32, rows, cols) }
	number := func(rows int) backend.Tensor { return s.alloc(backend.Int32, rows, 1) }
	x, y, w, bias, wrong := float(3, 5), float(3, 2), float(5, 2), float(1, 2), float(2, 5)
	g, v := float(5, 2), float(5, 2)
	sgd := backend.SGD{LearningRate: float(4, 1), Step: number(1)}
	tally := backend.Tally{Loss: s.alloc(backend.Float64, 4, 1), Hits: number(4), Step: number(1)}
	momentum, adam := backend.Momentum{SGD: sgd}, backend.Adam{SGD: sgd}
	labels := backend.Rows{Data: s.alloc(backend.Uint8, 9, 1), Order: number(9), Cursor: number(1), Count: 3, Scale: 1}
	if s.err != nil {
		return s.err
	}
	mistakes := []struct {
		verb string
		call func(backend.Ops)
	}{
		{"LinearForward", func(ops backend.Ops) { ops.LinearForward(y, x, wrong, bias, backend.ReLU) }},
		{"LinearBackwardInput", func(ops backend.Ops) { ops.LinearBackwardInput(wrong, y, w, x, backend.ReLU) }},
		{"LinearBackwardWeight", func(ops backend.Ops) { ops.LinearBackwardWeight(wrong, bias, x, y, true) }},
		{"LinearSGD", func(ops backend.Ops) { ops.LinearSGD(wrong, bias, x, y, sgd) }},
		{"SGDStep", func(ops backend.Ops) { ops.SGDStep(w, wrong, sgd) }},
		{"MomentumStep", func(ops backend.Ops) { ops.MomentumStep(w, wrong, g, momentum) }},
		{"AdamStep", func(ops backend.Ops) { ops.AdamStep(w, v, wrong, g, adam) }},
		{"CrossEntropy", func(ops backend.Ops) { ops.CrossEntropy(tally, wrong, y, labels, 1) }},
		{"Advance", func(ops backend.Ops) { ops.Advance(sgd.LearningRate, tally.Step, 1) }},
	}
	_, err := b.Capture(func(ops backend.Ops) {
		for _, mistake := range mistakes {
			if s.err == nil && !panics(func() { mistake.call(ops) }) {
				s.err = fmt.Errorf("%s takes a wrong operand", mistake.verb)
			}
		}
		ops.Advance(tally.Step, backend.Tensor{}, 1)
	})
	if s.err != nil {
		return s.err
	}
	return err
}

// panics reports whether f does.
func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return
}
