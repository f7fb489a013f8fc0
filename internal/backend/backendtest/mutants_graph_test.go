package backendtest

import "mnistgpu/internal/backend"

// rows is the same fault in each verb that takes Rows of pixels.
func rows(fault string, change func(r *backend.Rows)) []mutant {
	changed := func(x backend.Input) backend.Input {
		if r, ok := x.(backend.Rows); ok {
			change(&r)
			return r
		}
		return x
	}
	return []mutant{
		forward(fault, func(good func(forwardCall), c forwardCall) {
			c.x = changed(c.x)
			good(c)
		}),
		backwardWeight(fault, func(good func(weightCall), c weightCall) {
			c.x = changed(c.x)
			good(c)
		}),
		linearSGD(fault, func(good func(fusedCall), c fusedCall) {
			c.x = changed(c.x)
			good(c)
		}),
	}
}

// rowsOrLabels is the same fault in CrossEntropy too.
func rowsOrLabels(fault string, change func(r *backend.Rows)) []mutant {
	return append(rows(fault, change), loss(fault, func(good func(lossCall), c lossCall) {
		change(&c.labels)
		good(c)
	}))
}

var rowsMutants = [][]mutant{
	rowsOrLabels("Offset ignored", func(r *backend.Rows) { r.Offset = 0 }),
	rowsOrLabels("Cursor ignored", func(r *backend.Rows) { r.Cursor = newTensor(backend.Int32, 1, 1) }),
	rowsOrLabels("Order ignored", func(r *backend.Rows) {
		r.Order = duplicate(r.Order)
		for i := range r.Order.Rows {
			view(r.Order).values[i] = float64(i % r.Data.Rows)
		}
	}),
	rows("Scale ignored", func(r *backend.Rows) { r.Scale = 1 }),
	rows("Scale twice", func(r *backend.Rows) { r.Scale *= r.Scale }),
}

// advance returns a mutant of Advance.
func advance(fault string, spoil func(good func(step, cursor tensor, n int), step, cursor tensor, n int)) mutant {
	return on("Advance", fault, func(v *verbs) {
		good := v.advance
		v.advance = func(step, cursor tensor, n int) { spoil(good, step, cursor, n) }
	})
}

// frozen returns a mutant that records a copy of an operand's contents at the time of
// capture.
func frozen(operand string, change func(v *verbs)) mutant {
	return mutant{"graph: frozen " + operand, func(f *faulty) {
		f.capture = func(step func(backend.Ops)) (backend.Graph, error) {
			r := &recorder{eager: f.verbs}
			v := verbs{r.LinearForward, r.LinearBackwardInput, r.LinearBackwardWeight, r.LinearSGD,
				r.SGDStep, r.MomentumStep, r.AdamStep, r.CrossEntropy, r.Advance}
			change(&v)
			step(backend.Checked(v))
			return r, nil
		}
	}}
}

// frozenRows freezes a part of the rows that LinearBackwardWeight reads.
func frozenRows(operand string, freeze func(r *backend.Rows)) mutant {
	return frozen(operand, func(v *verbs) {
		good := v.linearBackwardWeight
		v.linearBackwardWeight = func(dw, db tensor, x backend.Input, dy tensor, accumulate bool) {
			if r, ok := x.(backend.Rows); ok {
				freeze(&r)
				x = r
			}
			good(dw, db, x, dy, accumulate)
		}
	})
}

// captured changes the graph that Capture returns.
func captured(name string, change func(r *recorder) backend.Graph) mutant {
	return mutant{name, func(f *faulty) {
		good := f.capture
		f.capture = func(step func(backend.Ops)) (backend.Graph, error) {
			g, err := good(step)
			return change(g.(*recorder)), err
		}
	}}
}

// once is a graph that can be replayed only once.
type once struct {
	backend.Graph
	done bool
}

func (o *once) Replay() error {
	if o.done {
		return nil
	}
	o.done = true
	return o.Graph.Replay()
}

var graphMutants = []mutant{
	advance("step stays", func(good func(step, cursor tensor, n int), _, cursor tensor, n int) {
		good(tensor{}, cursor, n)
	}),
	advance("cursor stays", func(good func(step, cursor tensor, n int), step, _ tensor, n int) {
		good(step, tensor{}, n)
	}),
	advance("cursor += n+1", func(good func(step, cursor tensor, n int), step, cursor tensor, n int) {
		good(step, cursor, n+1)
	}),
	frozen("learning rates", func(v *verbs) {
		good := v.sgdStep
		v.sgdStep = func(p, g tensor, sgd backend.SGD) {
			sgd.LearningRate = duplicate(sgd.LearningRate)
			good(p, g, sgd)
		}
	}),
	frozen("step", func(v *verbs) {
		good := v.linearSGD
		v.linearSGD = func(w, b tensor, x backend.Input, dy tensor, sgd backend.SGD) {
			sgd.Step = duplicate(sgd.Step)
			good(w, b, x, dy, sgd)
		}
	}),
	frozen("weights", func(v *verbs) {
		good := v.linearForward
		v.linearForward = func(y tensor, x backend.Input, w, b tensor, act backend.Activation) {
			good(y, x, duplicate(w), b, act)
		}
	}),
	frozenRows("order", func(r *backend.Rows) { r.Order = duplicate(r.Order) }),
	frozenRows("cursor", func(r *backend.Rows) { r.Cursor = duplicate(r.Cursor) }),
	frozenRows("pixels", func(r *backend.Rows) { r.Data = duplicate(r.Data) }),
	captured("graph: Capture computes", func(r *recorder) backend.Graph {
		for _, call := range r.calls {
			call()
		}
		return r
	}),
	captured("graph: only the first Replay runs", func(r *recorder) backend.Graph { return &once{Graph: r} }),
	captured("graph: the last verb is lost", func(r *recorder) backend.Graph {
		r.calls = r.calls[:len(r.calls)-1]
		return r
	}),
	captured("training: two verbs trade places", func(r *recorder) backend.Graph {
		if len(r.calls) > 5 {
			r.calls[3], r.calls[4] = r.calls[4], r.calls[3]
		}
		return r
	}),
	{"Capture: no checks", func(f *faulty) {
		f.capture = func(step func(backend.Ops)) (backend.Graph, error) {
			r := &recorder{eager: f.verbs}
			step(r)
			return r, nil
		}
	}},
}
