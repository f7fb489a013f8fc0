package nn

import (
	"math"

	"mnistgpu/internal/backend"
)

// Method is a method of gradient descent. In the formulas g is the gradient, with L2·w
// added to it for weights.
type Method string

// The methods.
const (
	// SGD is plain gradient descent, p -= lr·g.
	SGD Method = "sgd"

	// Momentum follows a decaying sum of gradients: v = Momentum·v + g, then p -= lr·v.
	// A constant gradient is thus followed 1/(1-Momentum) times as fast.
	Momentum Method = "momentum"

	// Adam follows the mean of the gradient, divided by the root of the mean of its
	// square (Kingma and Ba, 2015): m = Beta1·m + (1-Beta1)·g, v = Beta2·v +
	// (1-Beta2)·g², then p -= lr·√(1-Beta2^t)/(1-Beta1^t)·m/(√v + Epsilon) in step t,
	// counted from 1. This is the form at the end of the paper's section 2, whose
	// Epsilon is √(1-Beta2^t) times that of its algorithm 1.
	Adam Method = "adam"
)

// Optimizer says how a network learns.
type Optimizer struct {
	Method       Method
	Momentum     float32 // of Momentum: fraction of the sum that a step keeps
	Beta1, Beta2 float32 // of Adam: fractions of the means that a step keeps
	Epsilon      float32 // of Adam: bounds the step where gradients are tiny
	L2           float32 // penalty of L2/2·‖w‖² on the loss, for weights only

	LearningRate backend.Tensor // (T, 1): the table that Rates returns
	Step         backend.Tensor // (1, 1) Int32: the step that the table is read at
}

// Rates returns the table for LearningRate, given the learning rate of each step from
// the first one on. For Adam they are multiplied by √(1-Beta2^t)/(1-Beta1^t), where t
// is 1 for the first step, so that no step has to compute it. The betas are the
// device's, rounded to float32.
func (o Optimizer) Rates(schedule []float64) []float32 {
	rates := make([]float32, len(schedule))
	for i, lr := range schedule {
		if o.Method == Adam {
			t := float64(i + 1)
			lr *= math.Sqrt(1-math.Pow(float64(o.Beta2), t)) / (1 - math.Pow(float64(o.Beta1), t))
		}
		rates[i] = float32(lr)
	}
	return rates
}

// update records the update of p by its gradient g. The tensors of state are those that
// [Method.state] names.
func (o Optimizer) update(ops backend.Ops, p, g backend.Tensor, state []backend.Tensor) {
	switch sgd := o.sgd(); o.Method {
	case SGD:
		ops.SGDStep(p, g, sgd)
	case Momentum:
		ops.MomentumStep(p, state[0], g, backend.Momentum{SGD: sgd, Momentum: o.Momentum})
	case Adam:
		ops.AdamStep(p, state[0], state[1], g,
			backend.Adam{SGD: sgd, Beta1: o.Beta1, Beta2: o.Beta2, Epsilon: o.Epsilon})
	}
}

// sgd is what all methods have in common.
func (o Optimizer) sgd() backend.SGD {
	return backend.SGD{LearningRate: o.LearningRate, Step: o.Step, L2: o.L2}
}

// state names the tensors that the method keeps for each parameter from step to
// step.
func (m Method) state() []string {
	switch m {
	case SGD:
		return nil
	case Momentum:
		return []string{"momentum"}
	case Adam:
		return []string{"adam_m", "adam_v"}
	}
	panic("nn: unknown method")
}
