package backendtest

import "mnistgpu/internal/backend"

// The operands of a call of each verb, so that a fault can be put into one of them, or
// into the result, in few words.
type (
	tensor = backend.Tensor

	forwardCall struct {
		y    tensor
		x    backend.Input
		w, b tensor
		act  backend.Activation
	}
	inputCall struct {
		dx, dy, w, x tensor
		act          backend.Activation
	}
	weightCall struct {
		dw, db     tensor
		x          backend.Input
		dy         tensor
		accumulate bool
	}
	fusedCall struct {
		w, b tensor
		x    backend.Input
		dy   tensor
		sgd  backend.SGD
	}
	stepCall struct {
		p, g tensor
		sgd  backend.SGD
	}
	momentumCall struct {
		p, v, g  tensor
		momentum backend.Momentum
	}
	adamCall struct {
		p, m, v, g tensor
		adam       backend.Adam
	}
	lossCall struct {
		tally           backend.Tally
		dlogits, logits tensor
		labels          backend.Rows
		scale           float32
	}
)

// on returns a mutant with a fault in one verb.
func on(verb, fault string, spoil func(v *verbs)) mutant {
	return mutant{verb + ": " + fault, func(f *faulty) { spoil(&f.verbs) }}
}

// forward returns a mutant of LinearForward, and the functions after it return mutants
// of the other verbs. They may change the call before they pass it to good, the result
// after it, or both.
func forward(fault string, spoil func(good func(forwardCall), c forwardCall)) mutant {
	return on("LinearForward", fault, func(v *verbs) {
		verb := v.linearForward
		good := func(c forwardCall) { verb(c.y, c.x, c.w, c.b, c.act) }
		v.linearForward = func(y tensor, x backend.Input, w, b tensor, act backend.Activation) {
			spoil(good, forwardCall{y, x, w, b, act})
		}
	})
}

func backwardInput(fault string, spoil func(good func(inputCall), c inputCall)) mutant {
	return on("LinearBackwardInput", fault, func(v *verbs) {
		verb := v.linearBackwardInput
		good := func(c inputCall) { verb(c.dx, c.dy, c.w, c.x, c.act) }
		v.linearBackwardInput = func(dx, dy, w, x tensor, act backend.Activation) {
			spoil(good, inputCall{dx, dy, w, x, act})
		}
	})
}

func backwardWeight(fault string, spoil func(good func(weightCall), c weightCall)) mutant {
	return on("LinearBackwardWeight", fault, func(v *verbs) {
		verb := v.linearBackwardWeight
		good := func(c weightCall) { verb(c.dw, c.db, c.x, c.dy, c.accumulate) }
		v.linearBackwardWeight = func(dw, db tensor, x backend.Input, dy tensor, accumulate bool) {
			spoil(good, weightCall{dw, db, x, dy, accumulate})
		}
	})
}

func linearSGD(fault string, spoil func(good func(fusedCall), c fusedCall)) mutant {
	return on("LinearSGD", fault, func(v *verbs) {
		verb := v.linearSGD
		good := func(c fusedCall) { verb(c.w, c.b, c.x, c.dy, c.sgd) }
		v.linearSGD = func(w, b tensor, x backend.Input, dy tensor, sgd backend.SGD) {
			spoil(good, fusedCall{w, b, x, dy, sgd})
		}
	})
}

func sgdStep(fault string, spoil func(good func(stepCall), c stepCall)) mutant {
	return on("SGDStep", fault, func(v *verbs) {
		verb := v.sgdStep
		good := func(c stepCall) { verb(c.p, c.g, c.sgd) }
		v.sgdStep = func(p, g tensor, sgd backend.SGD) { spoil(good, stepCall{p, g, sgd}) }
	})
}

func momentumStep(fault string, spoil func(good func(momentumCall), c momentumCall)) mutant {
	return on("MomentumStep", fault, func(v *verbs) {
		verb := v.momentumStep
		good := func(c momentumCall) { verb(c.p, c.v, c.g, c.momentum) }
		v.momentumStep = func(p, v, g tensor, momentum backend.Momentum) { spoil(good, momentumCall{p, v, g, momentum}) }
	})
}

func adamStep(fault string, spoil func(good func(adamCall), c adamCall)) mutant {
	return on("AdamStep", fault, func(v *verbs) {
		verb := v.adamStep
		good := func(c adamCall) { verb(c.p, c.m, c.v, c.g, c.adam) }
		v.adamStep = func(p, m, v, g tensor, adam backend.Adam) { spoil(good, adamCall{p, m, v, g, adam}) }
	})
}

func loss(fault string, spoil func(good func(lossCall), c lossCall)) mutant {
	return on("CrossEntropy", fault, func(v *verbs) {
		verb := v.crossEntropy
		good := func(c lossCall) { verb(c.tally, c.dlogits, c.logits, c.labels, c.scale) }
		v.crossEntropy = func(t backend.Tally, dlogits, logits tensor, labels backend.Rows, scale float32) {
			spoil(good, lossCall{t, dlogits, logits, labels, scale})
		}
	})
}
