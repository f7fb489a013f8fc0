package backendtest

import "mnistgpu/internal/backend"

// classifierCall holds the operands of ClassifierSGD.
type classifierCall struct {
	backend.Classifier
	tally  backend.Tally
	labels backend.Rows
	scale  float32
	sgd    backend.SGD
}

// fusedRecorder is a recorder that also has the verbs of backend.FusedOps, as
// functions.
type fusedRecorder struct {
	*recorder
	classifier func(ops backend.Ops, c classifierCall)
	twoLayer   func(ops backend.Ops, c backend.TwoLayerStep)
}

func (r fusedRecorder) ClassifierSGD(c backend.Classifier, t backend.Tally, labels backend.Rows, scale float32, sgd backend.SGD) {
	r.record(func() { r.classifier(r.eager, classifierCall{c, t, labels, scale, sgd}) })
}

// classifying returns a mutant of ClassifierSGD, which runs other verbs than it should.
func classifying(fault string, spoil func(ops backend.Ops, c classifierCall)) mutant {
	return mutant{"ClassifierSGD: " + fault, func(f *faulty) {
		f.fused = &fusedRecorder{classifier: spoil, twoLayer: func(ops backend.Ops, c backend.TwoLayerStep) { c.Verbs(ops) }}
	}}
}

// all runs the verbs that ClassifierSGD stands for.
func (c classifierCall) all(ops backend.Ops) {
	backend.ClassifierSGD(ops, c.Classifier, c.tally, c.labels, c.scale, c.sgd)
}

var classifierMutants = []mutant{
	classifying("gradient of the input by the new weights", func(ops backend.Ops, c classifierCall) {
		c.all(ops)
		old := duplicate(c.DLogits)
		ops.LinearBackwardInput(c.DX, old, c.W, c.X, c.Act)
	}),
	classifying("no mask", func(ops backend.Ops, c classifierCall) {
		c.Act = backend.Identity
		c.all(ops)
	}),
	classifying("no L2", func(ops backend.Ops, c classifierCall) {
		c.sgd.L2 = 0
		c.all(ops)
	}),
	classifying("L2 for the bias", func(ops backend.Ops, c classifierCall) {
		b := duplicate(c.B)
		c.all(ops)
		for j, v := range view(b).values {
			view(c.B).values[j] -= classifierRate * float64(c.sgd.L2) * v
		}
	}),
	classifying("no bias", func(ops backend.Ops, c classifierCall) {
		b := c.B
		c.B = duplicate(b)
		scaleAll(view(c.B), 0)
		c.all(ops)
		copy(view(b).values, view(c.B).values)
	}),
	classifying("lr x 1.001", func(ops backend.Ops, c classifierCall) {
		c.sgd.LearningRate = duplicate(c.sgd.LearningRate)
		scaleAll(view(c.sgd.LearningRate), 1.001)
		c.all(ops)
	}),
	classifying("last row not in the gradient", func(ops backend.Ops, c classifierCall) {
		w, b := c.W, c.B
		c.W, c.B = duplicate(w), duplicate(b)
		c.all(ops)
		dropRow(view(c.DLogits))
		ops.LinearSGD(w, b, c.X, c.DLogits, c.sgd)
	}),
	classifying("nothing counted", func(ops backend.Ops, c classifierCall) {
		c.tally.Loss, c.tally.Hits = duplicate(c.tally.Loss), duplicate(c.tally.Hits)
		c.all(ops)
	}),
	classifying("labels of another row", func(ops backend.Ops, c classifierCall) {
		c.labels.Order = duplicate(c.labels.Order)
		clear(view(c.labels.Order).values)
		c.all(ops)
	}),
}
