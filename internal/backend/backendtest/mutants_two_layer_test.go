package backendtest

import "mnistgpu/internal/backend"

func (r fusedRecorder) TwoLayerSGD(first backend.Layer, last backend.Classifier, images backend.Rows, t backend.Tally, labels backend.Rows, scale float32, sgd backend.SGD) {
	r.record(func() { r.twoLayer(r.eager, twoLayerCall{first, last, images, labels, t, scale, sgd}) })
}

// twoLayering is a mutant of TwoLayerSGD. It records other verbs than it should.
func twoLayering(fault string, spoil func(ops backend.Ops, c twoLayerCall)) mutant {
	return mutant{"TwoLayerSGD: " + fault, func(f *faulty) {
		f.fused = &fusedRecorder{classifier: func(ops backend.Ops, c classifierCall) { c.all(ops) }, twoLayer: spoil}
	}}
}

// again forms the first layer's update anew, from parameters as they were before the
// step, after a change to what the step left for it.
func again(fault string, change func(c twoLayerCall)) mutant {
	return twoLayering(fault, func(ops backend.Ops, c twoLayerCall) {
		w, b := c.first.W, c.first.B
		c.first.W, c.first.B = duplicate(w), duplicate(b)
		c.verbs(ops)
		change(c)
		ops.LinearSGD(w, b, c.images, c.last.DX, c.sgd)
	})
}

// spoilt is a mutant with another operand.
func spoilt(fault string, change func(c *twoLayerCall)) mutant {
	return twoLayering(fault, func(ops backend.Ops, c twoLayerCall) {
		change(&c)
		c.verbs(ops)
	})
}

var twoLayerMutants = []mutant{
	again("last row not in the first layer's gradient", func(c twoLayerCall) { dropRow(view(c.last.DX)) }),
	again("first hidden unit counts twice", func(c twoLayerCall) { doubleColumn(view(c.last.DX)) }),
	again("last hidden unit is not learnt", func(c twoLayerCall) { dropColumn(view(c.last.DX)) }),
	twoLayering("no update of the first bias", func(ops backend.Ops, c twoLayerCall) {
		keep(c.first.B, c.first.B.Len(), func() { c.verbs(ops) })
	}),
	twoLayering("no update of the last bias", func(ops backend.Ops, c twoLayerCall) {
		keep(c.last.B, c.last.B.Len(), func() { c.verbs(ops) })
	}),
	twoLayering("no L2 in the first layer", func(ops backend.Ops, c twoLayerCall) {
		w := duplicate(c.first.W)
		c.verbs(ops)
		for i, v := range view(w).values {
			view(c.first.W).values[i] += classifierRate * float64(c.sgd.L2) * v
		}
	}),
	twoLayering("L2 for the first bias", func(ops backend.Ops, c twoLayerCall) {
		b := duplicate(c.first.B)
		c.verbs(ops)
		for i, v := range view(b).values {
			view(c.first.B).values[i] -= classifierRate * float64(c.sgd.L2) * v
		}
	}),
	twoLayering("hidden gradients by the new weights", func(ops backend.Ops, c twoLayerCall) {
		ops.LinearForward(c.last.X, c.images, c.first.W, c.first.B, c.last.Act)
		classify(ops, c.last, c.tally, c.labels, c.scale, c.sgd)
		ops.LinearBackwardInput(c.last.DX, duplicate(c.last.DLogits), c.last.W, c.last.X, c.last.Act)
		ops.LinearSGD(c.first.W, c.first.B, c.images, c.last.DX, c.sgd)
	}),
	spoilt("no ReLU", func(c *twoLayerCall) { c.last.Act = backend.Identity }),
	spoilt("scale of the pixels x 1.001", func(c *twoLayerCall) { c.images.Scale *= 1.001 }),
	spoilt("lr x 1.001", func(c *twoLayerCall) {
		c.sgd.LearningRate = duplicate(c.sgd.LearningRate)
		scaleAll(view(c.sgd.LearningRate), 1.001)
	}),
	spoilt("labels of other images", func(c *twoLayerCall) {
		c.labels.Order = duplicate(c.labels.Order)
		clear(c.labels.Order.Buffer.(*memory).ints)
	}),
	spoilt("images in another order than the labels", func(c *twoLayerCall) { c.images.Offset-- }),
	spoilt("nothing counted", func(c *twoLayerCall) {
		c.tally.Loss, c.tally.Hits = duplicate(c.tally.Loss), duplicate(c.tally.Hits)
	}),
	spoilt("last column of the images left out", func(c *twoLayerCall) {
		c.images.Data = duplicate(c.images.Data)
		m := c.images.Data.Buffer.(*memory)
		for i := c.images.Data.Cols - 1; i < len(m.bytes); i += c.images.Data.Cols {
			m.bytes[i] = 0
		}
	}),
	stale("rows of the first step in those after it", func(c, first *twoLayerCall) { c.images.Cursor = first.images.Cursor }),
	stale("rate of the first step in those after it", func(c, first *twoLayerCall) { c.sgd.Step = first.sgd.Step }),
	stale("losses counted with those of the first step", func(c, first *twoLayerCall) { c.tally.Step = first.tally.Step }),
}

// stale is a mutant whose steps use something of the first step of their graph. The
// graph of a single step is right.
func stale(fault string, spoil func(c, first *twoLayerCall)) mutant {
	return mutant{"TwoLayerSGD: " + fault, func(f *faulty) {
		capture := f.capture
		f.capture = func(step func(backend.Ops)) (backend.Graph, error) {
			var first *twoLayerCall
			f.fused = &fusedRecorder{
				classifier: func(ops backend.Ops, c classifierCall) { c.all(ops) },
				twoLayer: func(ops backend.Ops, c twoLayerCall) {
					if first == nil {
						kept := c
						kept.images.Cursor, kept.sgd.Step = duplicate(c.images.Cursor), duplicate(c.sgd.Step)
						kept.tally.Step = duplicate(c.tally.Step)
						first = &kept
					}
					spoil(&c, first)
					c.verbs(ops)
				},
			}
			graph, err := capture(step)
			return replay(func() error {
				first = nil
				return graph.Replay()
			}), err
		}
	}}
}

// replay is a Graph that is a function.
type replay func() error

func (r replay) Replay() error { return r() }
