package backendtest

import "mnistgpu/internal/backend"

// graphTrials change, between replays, everything that a recorded step must read again
// each time. Their numbers are whole and their rates powers of two, so that every
// result is exact.
func graphTrials() []trial {
	return []trial{
		{"capture alone computes nothing", func(s *stage) {
			s.capture(countingStep(s))
		}},
		{"replays go on where the last one stopped", func(s *stage) {
			s.replay(s.capture(countingStep(s)), 5)
		}},
		{"rates, step and p change", changeTables},
		{"data, order and cursor change", changeRows},
		{"weights change", changeWeights},
		{"two steps in one graph", twoSteps},
		{"counters take turns in one graph", countersTakeTurns},
		{"a counter is the order of rows", counterIsOrder},
		{"two graphs take turns", twoGraphs},
	}
}

// countingStep records p -= rate·g with the next rate each time.
func countingStep(s *stage) func(backend.Ops) {
	p := s.changed("p", exact, small, 3, 31)
	g := s.numbers(small, 3, 31)
	step, cursor := s.counter("step", 0), s.counter("cursor", 0)
	sgd := backend.SGD{LearningRate: s.rates(4, 1, 0.5, 2, 0.25), Step: step}
	return func(ops backend.Ops) {
		ops.SGDStep(p, g, sgd)
		ops.Advance(step, cursor, 3)
	}
}

func changeTables(s *stage) {
	const rows, cols = 3, 31
	p := s.changed("p", exact, small, rows, cols)
	g := s.numbers(small, rows, cols)
	step := s.counter("step", 0)
	rates := s.rates(1, 0.5, 0.25)
	graph := s.capture(func(ops backend.Ops) {
		ops.SGDStep(p, g, backend.SGD{LearningRate: rates, Step: step})
		ops.Advance(step, backend.Tensor{}, 0)
	})
	s.replay(graph, 2)
	s.setRates(rates, 8, 4, 2)
	s.replay(graph, 1)
	s.set(step, 0)
	s.replay(graph, 1)
	s.set(p, small(s.rand, rows*cols)...)
	s.set(g, small(s.rand, rows*cols)...)
	s.replay(graph, 1)
}

func changeRows(s *stage) {
	const count, in, out = 3, 31, 10
	cursor := s.counter("cursor", 0)
	x := s.rows(smallBytes, 3*count, in, 1)
	x.Cursor, x.Offset, x.Count = cursor, 2, count
	dy := s.numbers(small, count, out)
	dw := s.changed("dw", exact, small, in, out)
	db := s.changed("db", exact, small, 1, out)
	graph := s.capture(func(ops backend.Ops) {
		ops.LinearBackwardWeight(dw, db, x, dy, true)
		ops.Advance(backend.Tensor{}, cursor, count)
	})
	s.replay(graph, 2)
	s.set(cursor, 1)
	s.replay(graph, 1)
	order := make([]float64, x.Order.Rows)
	for i := range order {
		order[i] = float64(i % x.Data.Rows)
	}
	s.set(x.Order, order...)
	s.replay(graph, 1)
	s.set(x.Data, smallBytes(s.rand, x.Data.Len())...)
	s.replay(graph, 1)
}

func changeWeights(s *stage) {
	const rows, in, out = 33, 31, 10
	x := s.rows(smallBytes, rows, in, 1)
	w, b := s.numbers(small, in, out), s.numbers(small, 1, out)
	dy := s.numbers(small, rows, out)
	y := s.result("y", exact, rows, out)
	dx := s.result("dx", exact, rows, in)
	hidden := s.numbers(rectified, rows, in)
	graph := s.capture(func(ops backend.Ops) {
		ops.LinearForward(y, x, w, b, backend.ReLU)
		ops.LinearBackwardInput(dx, dy, w, hidden, backend.ReLU)
	})
	s.replay(graph, 1)
	s.set(w, small(s.rand, in*out)...)
	s.set(b, small(s.rand, out)...)
	s.set(hidden, rectified(s.rand, rows*in)...)
	s.replay(graph, 1)
}

// twoSteps records the same step twice: the second must see what the first
// advanced and updated.
func twoSteps(s *stage) {
	const count, in, out = 3, 31, 10
	step, cursor := s.counter("step", 0), s.counter("cursor", 0)
	x := s.rows(smallBytes, 4*count, in, 1)
	x.Cursor, x.Offset, x.Count = cursor, 1, count
	w := s.changed("w", exact, small, in, out)
	b := s.changed("b", exact, small, 1, out)
	y := s.result("y", exact, count, out)
	sgd := backend.SGD{LearningRate: s.rates(1, 0.5, 2, 0.25), Step: step}
	dy := s.numbers(small, count, out)
	graph := s.capture(func(ops backend.Ops) {
		for range 2 {
			ops.LinearSGD(w, b, x, dy, sgd)
			ops.LinearForward(y, x, w, b, backend.Identity)
			ops.Advance(step, cursor, count)
		}
	})
	s.replay(graph, 2)
}

// countersTakeTurns advances counters alone and together with others, in steps of one
// graph, so that none may be mistaken for another.
func countersTakeTurns(s *stage) {
	const count, in, out = 3, 31, 10
	one, other, cursor := s.counter("one", 0), s.counter("other", 0), s.counter("cursor", 0)
	x := s.rows(smallBytes, 8*count, in, 1)
	x.Cursor, x.Offset, x.Count = cursor, 1, count
	p := s.changed("p", exact, small, in, out)
	dw := s.changed("dw", exact, small, in, out)
	db := s.changed("db", exact, small, 1, out)
	g, dy := s.numbers(small, in, out), s.numbers(small, count, out)
	rates := s.rates(1, 0.5, 2, 0.25, 4, 8, 0.125, 16, 1)
	graph := s.capture(func(ops backend.Ops) {
		for range 2 {
			ops.Advance(one, cursor, count)
			ops.SGDStep(p, g, backend.SGD{LearningRate: rates, Step: one})
			ops.LinearBackwardWeight(dw, db, x, dy, true)
			ops.Advance(one, backend.Tensor{}, 0)
			ops.SGDStep(p, g, backend.SGD{LearningRate: rates, Step: one})
			ops.Advance(other, cursor, -1)
			ops.SGDStep(p, g, backend.SGD{LearningRate: rates, Step: other})
			ops.LinearBackwardWeight(dw, db, x, dy, true)
			ops.Advance(backend.Tensor{}, cursor, count)
			ops.LinearBackwardWeight(dw, db, x, dy, true)
			ops.Advance(cursor, one, -1) // each in the other's place
			ops.LinearBackwardWeight(dw, db, x, dy, true)
			ops.SGDStep(p, g, backend.SGD{LearningRate: rates, Step: one})
		}
	})
	s.replay(graph, 2)
}

// counterIsOrder uses a counter as the order of rows: it must be read as it is at the
// time, not derived from an earlier value.
func counterIsOrder(s *stage) {
	const in, out = 31, 10
	step, zero := s.counter("step", 0), s.counter("zero", 0)
	x := s.rows(smallBytes, 1, in, 1)
	x.Order, x.Cursor, x.Offset, x.Count = step, zero, 0, 1
	labels := x
	labels.Data = s.input(backend.Uint8, x.Data.Rows, 1, []float64{0, 0, 0, 1, 0})
	dy := s.numbers(small, 1, out)
	dw := s.changed("dw", exact, small, in, out)
	db := s.changed("db", exact, small, 1, out)
	tally := backend.Tally{
		Loss: s.output("loss", unjudged, backend.Float64, 5, 1, make([]float64, 5)),
		Hits: s.counter("hits", 0, 0, 0, 0, 0),
		Step: step,
	}
	logits := s.input(backend.Float32, 1, 2, []float64{1, 0})
	graph := s.capture(func(ops backend.Ops) {
		for range 2 {
			ops.Advance(step, backend.Tensor{}, 0)
			ops.LinearBackwardWeight(dw, db, x, dy, true)
			ops.Advance(step, backend.Tensor{}, 0)
			ops.CrossEntropy(tally, backend.Tensor{}, logits, labels, 0)
			ops.LinearBackwardWeight(dw, db, x, dy, true)
		}
	})
	s.replay(graph, 1)
}

// twoGraphs checks two graphs that share the tensors that they change.
func twoGraphs(s *stage) {
	const rows, cols = 33, 31
	step := s.counter("step", 0)
	p := s.changed("p", exact, small, rows, cols)
	q := s.changed("q", exact, small, rows, cols)
	sgd := backend.SGD{LearningRate: s.rates(1, 0.5, 2, 0.25), Step: step}
	there := s.capture(func(ops backend.Ops) { ops.SGDStep(p, q, sgd) })
	back := s.capture(func(ops backend.Ops) {
		ops.SGDStep(q, p, sgd)
		ops.Advance(step, backend.Tensor{}, 0)
	})
	for range 4 {
		s.replay(there, 1)
		s.replay(back, 1)
	}
}
