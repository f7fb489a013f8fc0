//go:build cuda && linux

package gpu

import "mnistgpu/internal/backend"

// verbs are what a step may be recorded with.
func (b *Backend) verbs(r *recorder) backend.Ops {
	switch b.options.Engine {
	case Ops:
		return single{r}
	case Persistent:
		return whole{r}
	}
	return r
}

// single hides the verbs that fuse others.
type single struct{ backend.Ops }

// whole takes a step's gradients and updates in one verb alone.
type whole struct{ *recorder }

// refuse keeps the reason why the engine cannot take the step.
func (r *recorder) refuse(reason string) {
	if r.err == nil {
		r.err = &EngineError{Persistent, reason}
	}
}

const notWhole = "a step other than plain descent of one hidden layer by small batches"

// LinearBackwardWeight is refused.
func (w whole) LinearBackwardWeight(_, _ backend.Tensor, _ backend.Input, _ backend.Tensor, _ bool) {
	w.refuse(notWhole)
}

// LinearSGD is refused.
func (w whole) LinearSGD(_, _ backend.Tensor, _ backend.Input, _ backend.Tensor, _ backend.SGD) {
	w.refuse(notWhole)
}

// ClassifierSGD is refused.
func (w whole) ClassifierSGD(backend.Classifier, backend.Tally, backend.Rows, float32, backend.SGD) {
	w.refuse(notWhole)
}
