package backendtest

import (
	"errors"
	"fmt"

	"mnistgpu/internal/backend"
)

// The longest chain of roundings in a product of n terms has one for the
// scale of a pixel, one for its product and n for the sums with the bias or
// with what is accumulated: n+2 in all.

func forwardTrials(k kind, z size) []trial {
	forward := func(act backend.Activation) experiment {
		return func(s *stage) {
			x := s.x(k, z.rows, z.in)
			w := s.numbers(k.numbers, z.in, z.out)
			b := s.numbers(k.numbers, 1, z.out)
			y := s.result("y", k.rule(z.in+2), z.rows, z.out)
			s.run(func(ops backend.Ops) { ops.LinearForward(y, x, w, b, act) })
		}
	}
	return []trial{{"identity", forward(backend.Identity)}, {"ReLU", forward(backend.ReLU)}}
}

// backwardInputTrials has no trials for Rows.
func backwardInputTrials(k kind, z size) []trial {
	if k.pixels != nil {
		return nil
	}
	backward := func(act backend.Activation, g generator) experiment {
		return func(s *stage) {
			dy := s.numbers(k.numbers, z.rows, z.out)
			w := s.numbers(k.numbers, z.in, z.out)
			x := s.numbers(g, z.rows, z.in)
			dx := s.result("dx", k.rule(z.out), z.rows, z.in)
			s.run(func(ops backend.Ops) { ops.LinearBackwardInput(dx, dy, w, x, act) })
		}
	}
	return []trial{
		{"identity", backward(backend.Identity, normal)},
		{"ReLU", backward(backend.ReLU, k.hidden)},
	}
}

func backwardWeightTrials(k kind, z size) []trial {
	store := func(s *stage) {
		x := s.x(k, z.rows, z.in)
		dy := s.numbers(k.numbers, z.rows, z.out)
		dw := s.result("dw", k.rule(z.rows+2), z.in, z.out)
		db := s.result("db", k.columnRule(z.rows+2), 1, z.out)
		s.run(func(ops backend.Ops) { ops.LinearBackwardWeight(dw, db, x, dy, false) })
	}
	accumulate := func(s *stage) {
		x := s.x(k, z.rows, z.in)
		dy := s.numbers(k.numbers, z.rows, z.out)
		dw := s.changed("dw", k.rule(z.rows+2), k.numbers, z.in, z.out)
		db := s.changed("db", k.columnRule(z.rows+2), k.numbers, 1, z.out)
		s.run(func(ops backend.Ops) { ops.LinearBackwardWeight(dw, db, x, dy, true) })
	}
	return []trial{{"store", store}, {"accumulate", accumulate}}
}

// linearSGDTrials allows three more roundings than the gradient: of L2·w, of the
// product with the learning rate and of the difference. The rates and L2 are powers of
// two where results must be exact.
func linearSGDTrials(k kind, z size) []trial {
	update := func(l2 float32) experiment {
		return func(s *stage) {
			x := s.x(k, z.rows, z.in)
			dy := s.numbers(k.numbers, z.rows, z.out)
			w := s.changed("w", k.rule(z.rows+5), k.numbers, z.in, z.out)
			b := s.changed("b", k.columnRule(z.rows+5), k.numbers, 1, z.out)
			sgd := s.sgd(l2)
			s.run(func(ops backend.Ops) { ops.LinearSGD(w, b, x, dy, sgd) })
		}
	}
	return []trial{{"no L2", update(0)}, {"L2", update(0.25)}}
}

// sgd makes a table of rates that is read in the middle.
func (s *stage) sgd(l2 float32) backend.SGD {
	return backend.SGD{
		LearningRate: s.rates(4, 0.5, 2),
		Step:         s.input(backend.Int32, 1, 1, []float64{1}),
		L2:           l2,
	}
}

// changed makes a float32 output that starts with numbers.
func (s *stage) changed(name string, r rule, g generator, rows, cols int) backend.Tensor {
	return s.floats(name, r, rows, cols, g(s.rand, rows*cols))
}

// checkReLU checks that ReLU gives max(z, 0) of exactly the z that Identity gives.
func checkReLU(b backend.Backend) error {
	for _, k := range realNumbers {
		outputs, err := play(b, bothActivations(k), false)
		if err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
		negative := 0
		for i, z := range outputs[0].values {
			if y := outputs[1].values[i]; y != max(z, 0) {
				return fmt.Errorf("%s: element %d is %v with ReLU and %v without", k.name, i, y, z)
			}
			if z < 0 {
				negative++
			}
		}
		if negative == 0 {
			return errors.New("no output is below 0 without ReLU")
		}
	}
	return nil
}

func bothActivations(k kind) experiment {
	return func(s *stage) {
		const rows, in, out = 33, 127, 31
		x := s.x(k, rows, in)
		w := s.numbers(normal, in, out)
		b := s.numbers(normal, 1, out)
		z := s.result("z", exact, rows, out)
		y := s.result("y", exact, rows, out)
		s.run(func(ops backend.Ops) {
			ops.LinearForward(z, x, w, b, backend.Identity)
			ops.LinearForward(y, x, w, b, backend.ReLU)
		})
	}
}
