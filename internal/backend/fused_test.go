package backend_test

import (
	"testing"

	"mnistgpu/internal/backend"
)

// acceptFused accepts the fused verbs too.
type acceptFused struct{ accept }

func (a *acceptFused) ClassifierSGD(backend.Classifier, backend.Tally, backend.Rows, float32, backend.SGD) {
	a.verb = "ClassifierSGD"
}

func (a *acceptFused) TwoLayerSGD(backend.TwoLayerStep) {
	a.verb = "TwoLayerSGD"
}

// fusedOperands are right for both verbs until a test makes one wrong: 4 rows of 5
// inputs, 6 hidden units and 3 classes.
type fusedOperands struct {
	first  backend.Layer
	last   backend.Classifier
	images backend.Rows
	*operands
}

func newFusedOperands() *fusedOperands {
	float := func(name string, rows, cols int) backend.Tensor {
		return backend.Tensor{Buffer: name, DType: backend.Float32, Rows: rows, Cols: cols}
	}
	o := newOperands()
	images := o.rows
	images.Data.Cols = 5
	return &fusedOperands{
		first: backend.Layer{W: float("w1", 5, 6), B: float("b1", 1, 6)},
		last: backend.Classifier{
			X: o.x, DX: o.dx, Logits: o.y, DLogits: o.dlogits, W: o.w, B: o.b, Act: backend.ReLU,
		},
		images: images, operands: o,
	}
}

var fusedVerbs = map[string]func(ops backend.FusedOps, o *fusedOperands){
	"ClassifierSGD": func(ops backend.FusedOps, o *fusedOperands) {
		ops.ClassifierSGD(o.last, o.tally, o.labels, 1, o.sgd)
	},
	"TwoLayerSGD": func(ops backend.FusedOps, o *fusedOperands) {
		ops.TwoLayerSGD(backend.TwoLayerStep{
			First: o.first, Last: o.last, Images: o.images, Labels: o.labels, Tally: o.tally, Scale: 1, SGD: o.sgd,
		})
	},
}

func TestCheckedFusedPasses(t *testing.T) {
	for verb, call := range fusedVerbs {
		a := new(acceptFused)
		call(backend.Checked(a).(backend.FusedOps), newFusedOperands())
		if a.verb != verb {
			t.Errorf("%s passed on %q", verb, a.verb)
		}
	}
	if _, ok := backend.Checked(new(accept)).(backend.FusedOps); ok {
		t.Error("plain Ops have fused verbs once they are checked")
	}
}

// TestCheckedFusedPanics makes one operand wrong at a time.
func TestCheckedFusedPanics(t *testing.T) {
	both := []string{"ClassifierSGD", "TwoLayerSGD"}
	for _, mistake := range []struct {
		verbs []string
		text  string
		spoil func(o *fusedOperands)
	}{
		{both, "LinearForward: w is", func(o *fusedOperands) { o.last.W.Rows++ }},
		{both, "LinearForward: b is", func(o *fusedOperands) { o.last.B.Cols++ }},
		{both, "CrossEntropy: dlogits is", func(o *fusedOperands) { o.last.DLogits.Rows++ }},
		{both, "LinearBackwardInput: dx is", func(o *fusedOperands) { o.last.DX.Cols++ }},
		{both, "labels are", func(o *fusedOperands) { o.labels.Count-- }},
		{both, "sgd.Step is", func(o *fusedOperands) { o.sgd.Step.DType = backend.Float32 }},
		{both, "ClassifierSGD: an output shares", func(o *fusedOperands) { o.last.DX.Buffer = o.last.B.Buffer }},
		{both, "unknown activation", func(o *fusedOperands) { o.last.Act = 9 }},
		{both[1:], "LinearForward: w is", func(o *fusedOperands) { o.first.W.Rows++ }},
		{both[1:], "LinearForward: b is", func(o *fusedOperands) { o.first.B.Rows++ }},
		{both[1:], "LinearForward: rows", func(o *fusedOperands) { o.images.Count = 99 }},
		{both[1:], "LinearForward: y is", func(o *fusedOperands) { o.images.Count-- }},
		{both[1:], "TwoLayerSGD: an output shares", func(o *fusedOperands) { o.first.W.Buffer = o.last.W.Buffer }},
		{both[1:], "TwoLayerSGD: an output shares", func(o *fusedOperands) { o.first.B.Buffer = o.last.B.Buffer }},
	} {
		for _, verb := range mistake.verbs {
			o := newFusedOperands()
			mistake.spoil(o)
			wantPanic(t, mistake.text, func() { fusedVerbs[verb](backend.Checked(new(acceptFused)).(backend.FusedOps), o) })
		}
	}
}
