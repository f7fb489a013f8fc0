package verify

import "mnistgpu/internal/backend"

// A verb is one of the verbs of backend.Ops, with its operands.
type verb struct {
	op     string
	run    func(ops backend.Ops, at place)
	rows   backend.Rows     // that it reads, if any
	factor backend.Tensor   // that its input is multiplied by, if any
	reads  []backend.Tensor // all that it reads, including what it changes
	writes []output
	sizes  func(ops backend.Ops, at place, size func(i int) backend.Tensor) // see output
}

// A place returns the tensor of one of the two backends for a tensor of the network, and
// the zero Tensor for itself.
type place func(backend.Tensor) backend.Tensor

func itself(t backend.Tensor) backend.Tensor { return t }

// rows returns r with its tensors in another place.
func (at place) rows(r backend.Rows) backend.Rows {
	r.Data, r.Order, r.Cursor = at(r.Data), at(r.Order), at(r.Cursor)
	return r
}

// input returns x with its tensors in another place.
func (at place) input(x backend.Input) backend.Input {
	if r, ok := x.(backend.Rows); ok {
		return at.rows(r)
	}
	return at(x.(backend.Tensor))
}

func (at place) sgd(s backend.SGD) backend.SGD {
	s.LearningRate, s.Step = at(s.LearningRate), at(s.Step)
	return s
}

// An output is what a verb writes, and how far it may be off.
type output struct {
	name   string
	tensor backend.Tensor

	// limit is the limit of each element. For verbs with sizes, values.size is what
	// sizes computes: the output for operands without signs.
	limit limit
}

// recorder implements backend.Ops: it lists the verbs of a step.
type recorder struct {
	verbs   []*verb
	counter backend.Tensor // of the steps, if one of the verbs updates something
}

// add appends a verb that reads x, which may be Rows, and the tensors.
func (r *recorder) add(v *verb, x backend.Input, tensors ...backend.Tensor) {
	if rows, ok := x.(backend.Rows); ok {
		v.rows = rows
		tensors = append(tensors, rows.Data, rows.Order, rows.Cursor)
	} else if t, ok := x.(backend.Tensor); ok {
		tensors = append(tensors, t)
	}
	for _, t := range tensors {
		if !t.IsZero() {
			v.reads = append(v.reads, t)
		}
	}
	r.verbs = append(r.verbs, v)
}

func (r *recorder) LinearForward(y backend.Tensor, x backend.Input, w, b backend.Tensor, act backend.Activation) {
	r.add(&verb{
		op:     "LinearForward",
		factor: w,
		run:    func(ops backend.Ops, at place) { ops.LinearForward(at(y), at.input(x), at(w), at(b), act) },
		writes: []output{{"y", y, sums{w.Rows + 1, true}.limit()}},
		sizes: func(ops backend.Ops, at place, size func(int) backend.Tensor) {
			ops.LinearForward(size(0), at.input(x), at(w), at(b), backend.Identity)
		},
	}, x, w, b)
}

func (r *recorder) LinearBackwardInput(dx, dy, w, x backend.Tensor, act backend.Activation) {
	r.add(&verb{
		op:     "LinearBackwardInput",
		run:    func(ops backend.Ops, at place) { ops.LinearBackwardInput(at(dx), at(dy), at(w), at(x), act) },
		writes: []output{{"dx", dx, sums{dy.Cols, true}.limit()}},
		sizes: func(ops backend.Ops, at place, size func(int) backend.Tensor) {
			ops.LinearBackwardInput(size(0), at(dy), at(w), at(x), backend.Identity)
		},
	}, x, dy, w)
}

func (r *recorder) LinearBackwardWeight(dw, db backend.Tensor, x backend.Input, dy backend.Tensor, accumulate bool) {
	v := &verb{
		op:     "LinearBackwardWeight",
		factor: dy,
		run: func(ops backend.Ops, at place) {
			ops.LinearBackwardWeight(at(dw), at(db), at.input(x), at(dy), accumulate)
		},
		writes: []output{{"dw", dw, sums{dy.Rows, true}.limit()}, {"db", db, sums{dy.Rows, false}.limit()}},
		sizes:  gradientSizes(x, dy),
	}
	if !accumulate {
		r.add(v, x, dy)
		return
	}
	v.writes[0].limit = sums{dy.Rows + 1, true}.limitOnTop(dw)
	v.writes[1].limit = sums{dy.Rows + 1, false}.limitOnTop(db)
	r.add(v, x, dy, dw, db)
}

func (r *recorder) LinearSGD(w, b backend.Tensor, x backend.Input, dy backend.Tensor, sgd backend.SGD) {
	biases := sgd
	biases.L2 = 0
	r.add(&verb{
		op:     "LinearSGD",
		factor: dy,
		run:    func(ops backend.Ops, at place) { ops.LinearSGD(at(w), at(b), at.input(x), at(dy), at.sgd(sgd)) },
		writes: []output{
			{"w", w, sums{dy.Rows, true}.limitOfDescent(w, sgd)},
			{"b", b, sums{dy.Rows, false}.limitOfDescent(b, biases)},
		},
		sizes: gradientSizes(x, dy),
	}, x, w, b, dy, sgd.LearningRate, sgd.Step)
	r.counter = sgd.Step
}

// gradientSizes computes the sizes of x's product with dy and of dy's column sums.
func gradientSizes(x backend.Input, dy backend.Tensor) func(backend.Ops, place, func(int) backend.Tensor) {
	return func(ops backend.Ops, at place, size func(int) backend.Tensor) {
		ops.LinearBackwardWeight(size(0), size(1), at.input(x), at(dy), false)
	}
}

func (r *recorder) SGDStep(p, g backend.Tensor, sgd backend.SGD) {
	r.add(&verb{
		op:     "SGDStep",
		run:    func(ops backend.Ops, at place) { ops.SGDStep(at(p), at(g), at.sgd(sgd)) },
		writes: []output{{"p", p, sgdLimit(p, g, sgd)}},
	}, nil, p, g, sgd.LearningRate, sgd.Step)
	r.counter = sgd.Step
}

func (r *recorder) MomentumStep(p, v, g backend.Tensor, m backend.Momentum) {
	r.add(&verb{
		op: "MomentumStep",
		run: func(ops backend.Ops, at place) {
			ops.MomentumStep(at(p), at(v), at(g), backend.Momentum{SGD: at.sgd(m.SGD), Momentum: m.Momentum})
		},
		writes: momentumOutputs(p, v, g, m),
	}, nil, p, v, g, m.LearningRate, m.Step)
	r.counter = m.Step
}

func (r *recorder) AdamStep(p, m, v, g backend.Tensor, a backend.Adam) {
	r.add(&verb{
		op: "AdamStep",
		run: func(ops backend.Ops, at place) {
			there := a
			there.SGD = at.sgd(a.SGD)
			ops.AdamStep(at(p), at(m), at(v), at(g), there)
		},
		writes: adamOutputs(p, m, v, g, a),
	}, nil, p, m, v, g, a.LearningRate, a.Step)
	r.counter = a.Step
}

func (r *recorder) CrossEntropy(t backend.Tally, dlogits, logits backend.Tensor, labels backend.Rows, scale float32) {
	v := &verb{
		op: "CrossEntropy",
		run: func(ops backend.Ops, at place) {
			tally := backend.Tally{Loss: at(t.Loss), Hits: at(t.Hits), Step: at(t.Step)}
			ops.CrossEntropy(tally, at(dlogits), at(logits), at.rows(labels), scale)
		},
		writes: []output{{"loss", t.Loss, lossLimit(t.Step, logits)}, {"hits", t.Hits, exact}},
	}
	if !dlogits.IsZero() {
		v.writes = append(v.writes, output{"dlogits", dlogits, softmaxLimit(scale)})
	}
	r.add(v, labels, t.Loss, t.Hits, t.Step, logits)
}

func (r *recorder) Advance(step, cursor backend.Tensor, n int) {
	v := &verb{
		op:  "Advance",
		run: func(ops backend.Ops, at place) { ops.Advance(at(step), at(cursor), n) },
	}
	for _, o := range []output{{"step", step, exact}, {"cursor", cursor, exact}} {
		if !o.tensor.IsZero() {
			v.writes = append(v.writes, o)
		}
	}
	r.add(v, nil, step, cursor)
}
