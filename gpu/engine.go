//go:build cuda && linux

package gpu

import (
	"mnistgpu/internal/backend"
	"mnistgpu/internal/fault"
)

// verbs returns the verbs that a step is recorded with.
func (b *Backend) verbs(r *recorder) backend.Ops {
	switch b.options.Engine {
	case Ops:
		return unfused{r}
	case Persistent:
		return persistentOnly{r}
	}
	return r
}

// unfused hides the verbs that fuse others.
type unfused struct{ backend.Ops }

// persistentOnly takes a step's gradients and updates only as one verb, TwoLayerSGD.
type persistentOnly struct{ *recorder }

// refuse keeps the reason why the engine cannot take the step.
func (r *recorder) refuse(reason string) {
	if r.err == nil {
		r.err = fault.Usage("engine %v: %s", Persistent, reason).WithHint("--engine auto uses %v where possible", Persistent)
	}
}

const notPersistent = "a step other than plain descent of one hidden layer by small batches"

// LinearBackwardWeight is refused.
func (p persistentOnly) LinearBackwardWeight(_, _ backend.Tensor, _ backend.Input, _ backend.Tensor, _ bool) {
	p.refuse(notPersistent)
}

// LinearSGD is refused.
func (p persistentOnly) LinearSGD(_, _ backend.Tensor, _ backend.Input, _ backend.Tensor, _ backend.SGD) {
	p.refuse(notPersistent)
}

// ClassifierSGD is refused.
func (p persistentOnly) ClassifierSGD(backend.Classifier, backend.Tally, backend.Rows, float32, backend.SGD) {
	p.refuse(notPersistent)
}
