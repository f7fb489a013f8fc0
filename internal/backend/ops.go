package backend

// Ops are the verbs of a step. Outputs come first. No verb returns an error: wrong
// shapes panic while recording, and device faults are returned by Capture, Replay, Sync
// or Download.
//
// In the formulas · is the matrix product, ⊙ the element-wise product, and the shape
// letters are B rows (images), In inputs, Out outputs and T steps. All matrices are
// row-major and of type Float32 unless stated otherwise.
//
// Every verb writes only its outputs and gives the same bits each time for the same
// inputs. Outputs must not overlap inputs. A product with an exact zero in x or dy may
// be skipped, so an infinite or NaN weight that it would be multiplied by need not
// show.
type Ops interface {
	// LinearForward computes y = act(x·w + b).
	//
	// Shapes: y (B, Out), x (B, In), w (In, Out), b (1, Out).
	LinearForward(y Tensor, x Input, w, b Tensor, act Activation)

	// LinearBackwardInput computes dx = (dy·wᵀ) ⊙ act'(x), the gradient of the
	// loss before the activation that made x.
	//
	// Shapes: dx and x (B, In), dy (B, Out), w (In, Out).
	LinearBackwardInput(dx, dy, w, x Tensor, act Activation)

	// LinearBackwardWeight computes dw = xᵀ·dy and db = Σᵢ dyᵢ, or adds them to
	// dw and db if accumulate is true.
	//
	// Shapes: dw (In, Out), db (1, Out), x (B, In), dy (B, Out).
	LinearBackwardWeight(dw, db Tensor, x Input, dy Tensor, accumulate bool)

	// LinearSGD is LinearBackwardWeight into dw and db, then SGDStep of w by dw
	// and of b by db, the latter without L2. It exists so that a backend can
	// update the weights while it forms the product and never store a gradient.
	//
	// Shapes: w (In, Out), b (1, Out), x (B, In), dy (B, Out).
	LinearSGD(w, b Tensor, x Input, dy Tensor, sgd SGD)

	// SGDStep computes p -= lr·(g + L2·p) with lr = sgd.LearningRate[step].
	//
	// Shapes: p and g alike.
	SGDStep(p, g Tensor, sgd SGD)

	// MomentumStep computes, with lr = momentum.LearningRate[step],
	//
	//	v = Momentum·v + (g + L2·p)
	//	p -= lr·v
	//
	// which is heavy-ball momentum (Polyak, 1964) as in PyTorch and TensorFlow: a change
	// of the learning rate acts at once on all of v.
	//
	// Shapes: p, v and g alike.
	MomentumStep(p, v, g Tensor, momentum Momentum)

	// AdamStep computes, with alpha = adam.LearningRate[step] and g' = g + L2·p,
	//
	//	m = Beta1·m + (1-Beta1)·g'
	//	v = Beta2·v + (1-Beta2)·g'⊙g'
	//	p -= alpha·m/(√v + Epsilon)
	//
	// which is Adam in the order of computation at the end of section 2 of Kingma and Ba
	// (2015), as in TensorFlow: the bias correction of m and v is a factor of alpha, in
	// the table.
	//
	// Shapes: p, m, v and g alike; no element of v is below 0.
	AdamStep(p, m, v, g Tensor, adam Adam)

	// CrossEntropy computes p = softmax(logits) row by row and adds to the tally
	//
	//	Loss[step] += Σᵢ -ln p[i][labels[i]]
	//	Hits[step] += the number of rows whose largest logit is labels[i]
	//
	// and computes dlogits = scale·(p - onehot(labels)), unless dlogits is the zero
	// Tensor. The first of equal logits counts as the largest; a row with a NaN has a
	// loss and gradients of NaN. For the gradient of the mean loss, scale is 1/B.
	//
	// Shapes: dlogits and logits (B, Out), labels B rows of one column, whose Scale is
	// ignored.
	CrossEntropy(t Tally, dlogits, logits Tensor, labels Rows, scale float32)

	// Advance computes step += 1 and cursor += n. Either may be the zero Tensor.
	//
	// Shapes: step and cursor (1, 1) Int32.
	Advance(step, cursor Tensor, n int)
}

// Activation is the function that a layer applies to each of its outputs.
type Activation uint8

const (
	// Identity is act(z) = z.
	Identity Activation = iota
	// ReLU is act(z) = max(z, 0); NaN stays NaN. Its derivative is 1 where its
	// result is above 0, and 0 elsewhere.
	ReLU
)

// SGD is plain gradient descent with an L2 penalty of L2/2·‖p‖² on the loss. The
// other methods have the same fields.
type SGD struct {
	LearningRate Tensor // (T, 1): the learning rate of each step
	Step         Tensor // (1, 1) Int32: the step that LearningRate is read at
	L2           float32
}

// Momentum is gradient descent along a decaying sum of gradients.
type Momentum struct {
	SGD
	Momentum float32 // fraction of the sum that a step keeps
}

// Adam is gradient descent along the mean of the gradient, divided by the root of the
// mean of its square. Both means decay exponentially.
type Adam struct {
	SGD
	Beta1   float32 // fraction of the mean of the gradient that a step keeps
	Beta2   float32 // fraction of the mean of its square that a step keeps
	Epsilon float32 // bounds the step where the gradient is close to zero
}

// Tally is where CrossEntropy counts, one row per step.
type Tally struct {
	Loss Tensor // (T, 1) Float64: sum of the losses, in nats
	Hits Tensor // (T, 1) Int32: number of correct answers
	Step Tensor // (1, 1) Int32: the row to count in
}
