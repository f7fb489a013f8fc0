package backendtest

import (
	"testing"

	"mnistgpu/internal/backend"
)

// faulty is a float32 backend into which a mutant puts one fault. Without a fault it is
// honest: the Reference, with each output rounded to float32.
type faulty struct {
	*Reference
	name    string
	verbs   verbs
	alloc   func(dt backend.DType, rows, cols int) (backend.Tensor, error)
	upload  func(dst backend.Tensor, src []byte) error
	capture func(step func(backend.Ops)) (backend.Graph, error)
	tensors []backend.Tensor // in the order of Alloc

	fused *fusedRecorder // or nil, for a backend without fused verbs
}

// newFaulty returns an honest backend. Mutants wrap its functions.
func newFaulty() *faulty {
	f := &faulty{Reference: new(Reference), name: "faulty", verbs: honest()}
	f.alloc, f.upload = f.Reference.Alloc, f.Reference.Upload
	f.capture = func(step func(backend.Ops)) (backend.Graph, error) {
		r := &recorder{eager: f.verbs}
		if f.fused != nil {
			step(backend.Checked(fusedRecorder{r, f.fused.classifier, f.fused.twoLayer}))
		} else {
			step(backend.Checked(r))
		}
		return r, nil
	}
	return f
}

func (f *faulty) Name() string { return f.name }

func (f *faulty) Alloc(dt backend.DType, rows, cols int) (backend.Tensor, error) {
	t, err := f.alloc(dt, rows, cols)
	f.tensors = append(f.tensors, t)
	return t, err
}

func (f *faulty) Upload(dst backend.Tensor, src []byte) error { return f.upload(dst, src) }

func (f *faulty) Capture(step func(backend.Ops)) (backend.Graph, error) { return f.capture(step) }

// after returns the tensor allocated after t: a guard.
func (f *faulty) after(t backend.Tensor) backend.Tensor {
	for i := range f.tensors {
		if f.tensors[i] == t {
			return f.tensors[i+1]
		}
	}
	panic("no such tensor")
}

// verbs is an Ops made of functions, some of which a mutant replaces.
type verbs struct {
	linearForward        func(y backend.Tensor, x backend.Input, w, b backend.Tensor, act backend.Activation)
	linearBackwardInput  func(dx, dy, w, x backend.Tensor, act backend.Activation)
	linearBackwardWeight func(dw, db backend.Tensor, x backend.Input, dy backend.Tensor, accumulate bool)
	linearSGD            func(w, b backend.Tensor, x backend.Input, dy backend.Tensor, sgd backend.SGD)
	sgdStep              func(p, g backend.Tensor, sgd backend.SGD)
	momentumStep         func(p, v, g backend.Tensor, momentum backend.Momentum)
	adamStep             func(p, m, v, g backend.Tensor, adam backend.Adam)
	crossEntropy         func(t backend.Tally, dlogits, logits backend.Tensor, labels backend.Rows, scale float32)
	advance              func(step, cursor backend.Tensor, n int)
}

func (v verbs) LinearForward(y backend.Tensor, x backend.Input, w, b backend.Tensor, act backend.Activation) {
	v.linearForward(y, x, w, b, act)
}

func (v verbs) LinearBackwardInput(dx, dy, w, x backend.Tensor, act backend.Activation) {
	v.linearBackwardInput(dx, dy, w, x, act)
}

func (v verbs) LinearBackwardWeight(dw, db backend.Tensor, x backend.Input, dy backend.Tensor, accumulate bool) {
	v.linearBackwardWeight(dw, db, x, dy, accumulate)
}

func (v verbs) LinearSGD(w, b backend.Tensor, x backend.Input, dy backend.Tensor, sgd backend.SGD) {
	v.linearSGD(w, b, x, dy, sgd)
}

func (v verbs) SGDStep(p, g backend.Tensor, sgd backend.SGD) { v.sgdStep(p, g, sgd) }

func (v verbs) MomentumStep(p, velocity, g backend.Tensor, momentum backend.Momentum) {
	v.momentumStep(p, velocity, g, momentum)
}

func (v verbs) AdamStep(p, m, square, g backend.Tensor, adam backend.Adam) {
	v.adamStep(p, m, square, g, adam)
}

func (v verbs) CrossEntropy(t backend.Tally, dlogits, logits backend.Tensor, labels backend.Rows, scale float32) {
	v.crossEntropy(t, dlogits, logits, labels, scale)
}

func (v verbs) Advance(step, cursor backend.Tensor, n int) { v.advance(step, cursor, n) }

// honest returns the Reference's verbs with float32 results.
func honest() verbs {
	var l loops
	return verbs{
		linearForward: func(y backend.Tensor, x backend.Input, w, b backend.Tensor, act backend.Activation) {
			l.LinearForward(y, x, w, b, act)
			round(y)
		},
		linearBackwardInput: func(dx, dy, w, x backend.Tensor, act backend.Activation) {
			l.LinearBackwardInput(dx, dy, w, x, act)
			round(dx)
		},
		linearBackwardWeight: func(dw, db backend.Tensor, x backend.Input, dy backend.Tensor, accumulate bool) {
			l.LinearBackwardWeight(dw, db, x, dy, accumulate)
			round(dw, db)
		},
		linearSGD: func(w, b backend.Tensor, x backend.Input, dy backend.Tensor, sgd backend.SGD) {
			l.LinearSGD(w, b, x, dy, sgd)
			round(w, b)
		},
		sgdStep: func(p, g backend.Tensor, sgd backend.SGD) {
			l.SGDStep(p, g, sgd)
			round(p)
		},
		momentumStep: func(p, v, g backend.Tensor, momentum backend.Momentum) {
			l.MomentumStep(p, v, g, momentum)
			round(p, v)
		},
		adamStep: func(p, m, v, g backend.Tensor, adam backend.Adam) {
			l.AdamStep(p, m, v, g, adam)
			round(p, m, v)
		},
		crossEntropy: func(t backend.Tally, dlogits, logits backend.Tensor, labels backend.Rows, scale float32) {
			l.CrossEntropy(t, dlogits, logits, labels, scale)
			if !dlogits.IsZero() {
				round(dlogits)
			}
		},
		advance: l.Advance,
	}
}

// round rounds the elements of tensors to float32.
func round(tensors ...backend.Tensor) {
	for _, t := range tensors {
		values := view(t).values
		for i, v := range values {
			values[i] = float64(float32(v))
		}
	}
}

// TestHonestBackend shows that the suite requires no more than float32 can give, so
// that mutants fail only because of their fault.
func TestHonestBackend(t *testing.T) {
	Run(t, func() (backend.Backend, error) { return newFaulty(), nil })
}
