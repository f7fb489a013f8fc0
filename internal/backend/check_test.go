package backend_test

import (
	"strings"
	"testing"

	"mnistgpu/internal/backend"
)

// accept is an Ops that accepts everything and notes the verb.
type accept struct{ verb string }

func (a *accept) LinearForward(backend.Tensor, backend.Input, backend.Tensor, backend.Tensor, backend.Activation) {
	a.verb = "LinearForward"
}

func (a *accept) LinearBackwardInput(backend.Tensor, backend.Tensor, backend.Tensor, backend.Tensor, backend.Activation) {
	a.verb = "LinearBackwardInput"
}

func (a *accept) LinearBackwardWeight(backend.Tensor, backend.Tensor, backend.Input, backend.Tensor, bool) {
	a.verb = "LinearBackwardWeight"
}

func (a *accept) LinearSGD(backend.Tensor, backend.Tensor, backend.Input, backend.Tensor, backend.SGD) {
	a.verb = "LinearSGD"
}

func (a *accept) SGDStep(backend.Tensor, backend.Tensor, backend.SGD) { a.verb = "SGDStep" }

func (a *accept) MomentumStep(backend.Tensor, backend.Tensor, backend.Tensor, backend.Momentum) {
	a.verb = "MomentumStep"
}

func (a *accept) AdamStep(backend.Tensor, backend.Tensor, backend.Tensor, backend.Tensor, backend.Adam) {
	a.verb = "AdamStep"
}

func (a *accept) CrossEntropy(backend.Tally, backend.Tensor, backend.Tensor, backend.Rows, float32) {
	a.verb = "CrossEntropy"
}

func (a *accept) Advance(backend.Tensor, backend.Tensor, int) { a.verb = "Advance" }

// operands are right for every verb until a test makes one wrong. There are 4
// rows of 6 inputs and 3 outputs.
type operands struct {
	x, y, w, b, dx, dy, dw, db backend.Tensor
	mean, square               backend.Tensor
	rows, labels               backend.Rows
	dlogits, step, cursor      backend.Tensor
	tally                      backend.Tally
	sgd                        backend.SGD
	act                        backend.Activation
}

func newOperands() *operands {
	tensor := func(name string, dt backend.DType, rows, cols int) backend.Tensor {
		return backend.Tensor{Buffer: name, DType: dt, Rows: rows, Cols: cols}
	}
	float := func(name string, rows, cols int) backend.Tensor { return tensor(name, backend.Float32, rows, cols) }
	step := tensor("step", backend.Int32, 1, 1)
	cursor := tensor("cursor", backend.Int32, 1, 1)
	order := tensor("order", backend.Int32, 9, 1)
	return &operands{
		x: float("x", 4, 6), y: float("y", 4, 3), w: float("w", 6, 3), b: float("b", 1, 3),
		mean: float("mean", 6, 3), square: float("square", 6, 3),
		dx: float("dx", 4, 6), dy: float("dy", 4, 3), dw: float("dw", 6, 3), db: float("db", 1, 3),
		rows:    backend.Rows{Data: tensor("data", backend.Uint8, 20, 6), Order: order, Cursor: cursor, Offset: 5, Count: 4, Scale: 1},
		labels:  backend.Rows{Data: tensor("labels", backend.Uint8, 20, 1), Order: order, Cursor: cursor, Count: 4, Scale: 1},
		dlogits: float("dlogits", 4, 3), step: step, cursor: cursor,
		tally: backend.Tally{Loss: tensor("loss", backend.Float64, 7, 1), Hits: tensor("hits", backend.Int32, 7, 1), Step: step},
		sgd:   backend.SGD{LearningRate: float("rates", 7, 1), Step: step},
		act:   backend.ReLU,
	}
}

// verbs calls each verb with the operands. Those after a slash read rows.
var verbs = map[string]func(ops backend.Ops, o *operands){
	"LinearForward":             func(ops backend.Ops, o *operands) { ops.LinearForward(o.y, o.x, o.w, o.b, o.act) },
	"LinearForward/rows":        func(ops backend.Ops, o *operands) { ops.LinearForward(o.y, o.rows, o.w, o.b, o.act) },
	"LinearForward/nil":         func(ops backend.Ops, o *operands) { ops.LinearForward(o.y, nil, o.w, o.b, o.act) },
	"LinearBackwardInput":       func(ops backend.Ops, o *operands) { ops.LinearBackwardInput(o.dx, o.dy, o.w, o.x, o.act) },
	"LinearBackwardWeight":      func(ops backend.Ops, o *operands) { ops.LinearBackwardWeight(o.dw, o.db, o.x, o.dy, true) },
	"LinearBackwardWeight/rows": func(ops backend.Ops, o *operands) { ops.LinearBackwardWeight(o.dw, o.db, o.rows, o.dy, false) },
	"LinearSGD":                 func(ops backend.Ops, o *operands) { ops.LinearSGD(o.w, o.b, o.x, o.dy, o.sgd) },
	"LinearSGD/rows":            func(ops backend.Ops, o *operands) { ops.LinearSGD(o.w, o.b, o.rows, o.dy, o.sgd) },
	"SGDStep":                   func(ops backend.Ops, o *operands) { ops.SGDStep(o.w, o.dw, o.sgd) },
	"MomentumStep": func(ops backend.Ops, o *operands) {
		ops.MomentumStep(o.w, o.mean, o.dw, backend.Momentum{SGD: o.sgd})
	},
	"AdamStep": func(ops backend.Ops, o *operands) {
		ops.AdamStep(o.w, o.mean, o.square, o.dw, backend.Adam{SGD: o.sgd})
	},
	"CrossEntropy": func(ops backend.Ops, o *operands) { ops.CrossEntropy(o.tally, o.dlogits, o.y, o.labels, 1) },
	"Advance":      func(ops backend.Ops, o *operands) { ops.Advance(o.step, o.cursor, 4) },
}

func TestCheckedPasses(t *testing.T) {
	for verb, call := range verbs {
		if strings.HasSuffix(verb, "/nil") {
			continue // is wrong already
		}
		a := new(accept)
		call(backend.Checked(a), newOperands())
		if want, _, _ := strings.Cut(verb, "/"); a.verb != want {
			t.Errorf("%s passed on %q", verb, a.verb)
		}
	}
}

// TestCheckedZeroTensor shows where the zero Tensor may mean "none".
func TestCheckedZeroTensor(t *testing.T) {
	o := newOperands()
	o.dlogits, o.step, o.cursor = backend.Tensor{}, backend.Tensor{}, backend.Tensor{}
	for _, verb := range []string{"CrossEntropy", "Advance"} {
		a := new(accept)
		verbs[verb](backend.Checked(a), o)
		if a.verb != verb {
			t.Errorf("%s passed on %q", verb, a.verb)
		}
	}
}

// wantPanic calls f and looks for text in the value that it panics with.
func wantPanic(t *testing.T, text string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		got, ok := recover().(string)
		if !ok || !strings.HasPrefix(got, "backend: ") || !strings.Contains(got, text) {
			t.Errorf("panics with %q, want backend: ... %s", got, text)
		}
	}()
	f()
}
