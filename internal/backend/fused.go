package backend

// FusedOps are Ops with verbs that each do the work of several. A backend may have them
// where that is faster. [ClassifierSGD] and [TwoLayerSGD] record them with any Ops.
type FusedOps interface {
	Ops

	// ClassifierSGD is the last layer's part of a step of plain gradient descent,
	// forward and backward. It is the same as
	//
	//	LinearForward(logits, x, w, b, Identity)
	//	CrossEntropy(t, dlogits, logits, labels, scale)
	//	LinearBackwardInput(dx, dlogits, w, x, act)
	//	LinearSGD(w, b, x, dlogits, sgd)
	//
	// except for rounding and for what logits and dlogits hold afterwards, which is
	// unspecified: they are room for intermediate results.
	//
	// Shapes: as in the four verbs.
	ClassifierSGD(c Classifier, t Tally, labels Rows, scale float32, sgd SGD)

	// TwoLayerSGD is a whole step of plain gradient descent of a network with one
	// hidden layer. It is the same as
	//
	//	LinearForward(s.Last.X, s.Images, s.First.W, s.First.B, s.Last.Act)
	//	ClassifierSGD(s.Last, s.Tally, s.Labels, s.Scale, s.SGD)
	//	LinearSGD(s.First.W, s.First.B, s.Images, s.Last.DX, s.SGD)
	//
	// except for rounding and for what Last.X, Last.DX, Last.Logits and Last.DLogits
	// hold afterwards, which is unspecified.
	//
	// Shapes: as in the three verbs.
	TwoLayerSGD(s TwoLayerStep)
}

// Layer holds the parameters of a linear layer.
type Layer struct {
	W, B Tensor // (In, Out), (1, Out)
}

// Classifier is the last layer of a network, with the activation that made its
// input.
type Classifier struct {
	X, DX           Tensor // (B, In)
	Logits, DLogits Tensor // (B, Out)
	W, B            Tensor // (In, Out), (1, Out)
	Act             Activation
}

// TwoLayerStep holds the operands of TwoLayerSGD.
type TwoLayerStep struct {
	First          Layer
	Last           Classifier
	Images, Labels Rows
	Tally          Tally
	Scale          float32 // of the gradient: see CrossEntropy
	SGD            SGD
}

// ClassifierSGD records the verb or, if ops lacks it, the verbs that it replaces.
func ClassifierSGD(ops Ops, c Classifier, t Tally, labels Rows, scale float32, sgd SGD) {
	if fused, ok := ops.(FusedOps); ok {
		fused.ClassifierSGD(c, t, labels, scale, sgd)
	} else {
		c.Verbs(ops, t, labels, scale, sgd)
	}
}

// Verbs records the four verbs that ClassifierSGD replaces.
func (c Classifier) Verbs(ops Ops, t Tally, labels Rows, scale float32, sgd SGD) {
	ops.LinearForward(c.Logits, c.X, c.W, c.B, Identity)
	ops.CrossEntropy(t, c.DLogits, c.Logits, labels, scale)
	ops.LinearBackwardInput(c.DX, c.DLogits, c.W, c.X, c.Act)
	ops.LinearSGD(c.W, c.B, c.X, c.DLogits, sgd)
}

// TwoLayerSGD records the verb or, if ops lacks it, the verbs that it replaces.
func TwoLayerSGD(ops Ops, s TwoLayerStep) {
	if fused, ok := ops.(FusedOps); ok {
		fused.TwoLayerSGD(s)
	} else {
		s.Verbs(ops)
	}
}

// Verbs records the three verbs that TwoLayerSGD replaces.
func (s TwoLayerStep) Verbs(ops Ops) {
	ops.LinearForward(s.Last.X, s.Images, s.First.W, s.First.B, s.Last.Act)
	ClassifierSGD(ops, s.Last, s.Tally, s.Labels, s.Scale, s.SGD)
	ops.LinearSGD(s.First.W, s.First.B, s.Images, s.Last.DX, s.SGD)
}

type checkedFused struct {
	checked
	fused FusedOps
}

func (c checkedFused) ClassifierSGD(l Classifier, t Tally, labels Rows, scale float32, sgd SGD) {
	l.Verbs(checked{nothing{}}, t, labels, scale, sgd) // each is checked by its own check
	checkApart("ClassifierSGD", []Tensor{l.DX}, []Tensor{l.Logits, l.B, sgd.LearningRate})
	c.fused.ClassifierSGD(l, t, labels, scale, sgd)
}

func (c checkedFused) TwoLayerSGD(s TwoLayerStep) {
	s.Verbs(checkedFused{checked{nothing{}}, nothing{}})
	last := s.Last
	checkApart("TwoLayerSGD", []Tensor{s.First.W, s.First.B}, []Tensor{last.X, last.Logits, last.DLogits, last.W, last.B})
	c.fused.TwoLayerSGD(s)
}

// nothing implements FusedOps and does nothing: only the checks in front of it matter.
type nothing struct{}

func (nothing) LinearForward(Tensor, Input, Tensor, Tensor, Activation)     {}
func (nothing) LinearBackwardInput(_, _, _, _ Tensor, _ Activation)         {}
func (nothing) LinearBackwardWeight(_, _ Tensor, _ Input, _ Tensor, _ bool) {}
func (nothing) LinearSGD(_, _ Tensor, _ Input, _ Tensor, _ SGD)             {}
func (nothing) SGDStep(_, _ Tensor, _ SGD)                                  {}
func (nothing) MomentumStep(_, _, _ Tensor, _ Momentum)                     {}
func (nothing) AdamStep(_, _, _, _ Tensor, _ Adam)                          {}
func (nothing) CrossEntropy(_ Tally, _, _ Tensor, _ Rows, _ float32)        {}
func (nothing) Advance(_, _ Tensor, _ int)                                  {}

func (nothing) ClassifierSGD(_ Classifier, _ Tally, _ Rows, _ float32, _ SGD) {}
func (nothing) TwoLayerSGD(TwoLayerStep)                                      {}
