package backendtest

import "mnistgpu/internal/backend"

// recorder is the Ops that records each call, and the Graph that makes the calls on
// eager, in the same order.
type recorder struct {
	eager backend.Ops
	calls []func()
}

// Replay makes every recorded call once.
func (r *recorder) Replay() error {
	for _, call := range r.calls {
		call()
	}
	return nil
}

func (r *recorder) record(call func()) { r.calls = append(r.calls, call) }

func (r *recorder) LinearForward(y backend.Tensor, x backend.Input, w, b backend.Tensor, act backend.Activation) {
	r.record(func() { r.eager.LinearForward(y, x, w, b, act) })
}

func (r *recorder) LinearBackwardInput(dx, dy, w, x backend.Tensor, act backend.Activation) {
	r.record(func() { r.eager.LinearBackwardInput(dx, dy, w, x, act) })
}

func (r *recorder) LinearBackwardWeight(dw, db backend.Tensor, x backend.Input, dy backend.Tensor, accumulate bool) {
	r.record(func() { r.eager.LinearBackwardWeight(dw, db, x, dy, accumulate) })
}

func (r *recorder) LinearSGD(w, b backend.Tensor, x backend.Input, dy backend.Tensor, sgd backend.SGD) {
	r.record(func() { r.eager.LinearSGD(w, b, x, dy, sgd) })
}

func (r *recorder) SGDStep(p, g backend.Tensor, sgd backend.SGD) {
	r.record(func() { r.eager.SGDStep(p, g, sgd) })
}

func (r *recorder) MomentumStep(p, v, g backend.Tensor, momentum backend.Momentum) {
	r.record(func() { r.eager.MomentumStep(p, v, g, momentum) })
}

func (r *recorder) AdamStep(p, m, v, g backend.Tensor, adam backend.Adam) {
	r.record(func() { r.eager.AdamStep(p, m, v, g, adam) })
}

func (r *recorder) CrossEntropy(t backend.Tally, dlogits, logits backend.Tensor, labels backend.Rows, scale float32) {
	r.record(func() { r.eager.CrossEntropy(t, dlogits, logits, labels, scale) })
}

func (r *recorder) Advance(step, cursor backend.Tensor, n int) {
	r.record(func() { r.eager.Advance(step, cursor, n) })
}
