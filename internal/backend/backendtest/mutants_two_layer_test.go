package backendtest

import "mnistgpu/internal/backend"

func (r fusedRecorder) TwoLayerSGD(s backend.TwoLayerStep) {
	r.record(func() { r.twoLayer(r.eager, s) })
}

// twoLayering returns a mutant of TwoLayerSGD, which runs other verbs than it should.
func twoLayering(fault string, spoil func(ops backend.Ops, c backend.TwoLayerStep)) mutant {
	return mutant{"TwoLayerSGD: " + fault, func(f *faulty) {
		f.fused = &fusedRecorder{classifier: func(ops backend.Ops, c classifierCall) { c.all(ops) }, twoLayer: spoil}
	}}
}

// again returns a mutant that computes the first layer's update again, from the
// parameters before the step, after a change to what the step left for it.
func again(fault string, change func(c backend.TwoLayerStep)) mutant {
	return twoLayering(fault, func(ops backend.Ops, c backend.TwoLayerStep) {
		w, b := c.First.W, c.First.B
		c.First.W, c.First.B = duplicate(w), duplicate(b)
		c.Verbs(ops)
		change(c)
		ops.LinearSGD(w, b, c.Images, c.Last.DX, c.SGD)
	})
}

// spoilt returns a mutant with a changed operand.
func spoilt(fault string, change func(c *backend.TwoLayerStep)) mutant {
	return twoLayering(fault, func(ops backend.Ops, c backend.TwoLayerStep) {
		change(&c)
		c.Verbs(ops)
	})
}

var twoLayerMutants = []mutant{
	again("last row not in the first layer's gradient", func(c backend.TwoLayerStep) { dropRow(view(c.Last.DX)) }),
	again("first hidden unit counts twice", func(c backend.TwoLayerStep) { doubleColumn(view(c.Last.DX)) }),
	again("last hidden unit is not learnt", func(c backend.TwoLayerStep) { dropColumn(view(c.Last.DX)) }),
	twoLayering("no update of the first bias", func(ops backend.Ops, c backend.TwoLayerStep) {
		keep(c.First.B, c.First.B.Len(), func() { c.Verbs(ops) })
	}),
	twoLayering("no update of the last bias", func(ops backend.Ops, c backend.TwoLayerStep) {
		keep(c.Last.B, c.Last.B.Len(), func() { c.Verbs(ops) })
	}),
	twoLayering("no L2 in the first layer", func(ops backend.Ops, c backend.TwoLayerStep) {
		w := duplicate(c.First.W)
		c.Verbs(ops)
		for i, v := range view(w).values {
			view(c.First.W).values[i] += classifierRate * float64(c.SGD.L2) * v
		}
	}),
	twoLayering("L2 for the first bias", func(ops backend.Ops, c backend.TwoLayerStep) {
		b := duplicate(c.First.B)
		c.Verbs(ops)
		for i, v := range view(b).values {
			view(c.First.B).values[i] -= classifierRate * float64(c.SGD.L2) * v
		}
	}),
	twoLayering("hidden gradients by the new weights", func(ops backend.Ops, c backend.TwoLayerStep) {
		ops.LinearForward(c.Last.X, c.Images, c.First.W, c.First.B, c.Last.Act)
		backend.ClassifierSGD(ops, c.Last, c.Tally, c.Labels, c.Scale, c.SGD)
		ops.LinearBackwardInput(c.Last.DX, duplicate(c.Last.DLogits), c.Last.W, c.Last.X, c.Last.Act)
		ops.LinearSGD(c.First.W, c.First.B, c.Images, c.Last.DX, c.SGD)
	}),
	spoilt("no ReLU", func(c *backend.TwoLayerStep) { c.Last.Act = backend.Identity }),
	spoilt("scale of the pixels x 1.001", func(c *backend.TwoLayerStep) { c.Images.Scale *= 1.001 }),
	spoilt("lr x 1.001", func(c *backend.TwoLayerStep) {
		c.SGD.LearningRate = duplicate(c.SGD.LearningRate)
		scaleAll(view(c.SGD.LearningRate), 1.001)
	}),
	spoilt("labels of other images", func(c *backend.TwoLayerStep) {
		c.Labels.Order = duplicate(c.Labels.Order)
		clear(view(c.Labels.Order).values)
	}),
	spoilt("images in another order than the labels", func(c *backend.TwoLayerStep) { c.Images.Offset-- }),
	spoilt("nothing counted", func(c *backend.TwoLayerStep) {
		c.Tally.Loss, c.Tally.Hits = duplicate(c.Tally.Loss), duplicate(c.Tally.Hits)
	}),
	spoilt("last column of the images left out", func(c *backend.TwoLayerStep) {
		c.Images.Data = duplicate(c.Images.Data)
		pixels := view(c.Images.Data).values
		for i := c.Images.Data.Cols - 1; i < len(pixels); i += c.Images.Data.Cols {
			pixels[i] = 0
		}
	}),
	stale("rows of the first step in those after it", func(c, first *backend.TwoLayerStep) { c.Images.Cursor = first.Images.Cursor }),
	stale("rate of the first step in those after it", func(c, first *backend.TwoLayerStep) { c.SGD.Step = first.SGD.Step }),
	stale("losses counted with those of the first step", func(c, first *backend.TwoLayerStep) { c.Tally.Step = first.Tally.Step }),
}

// stale returns a mutant whose steps use something of the first step of their graph. A
// graph of a single step is right.
func stale(fault string, spoil func(c, first *backend.TwoLayerStep)) mutant {
	return mutant{"TwoLayerSGD: " + fault, func(f *faulty) {
		capture := f.capture
		f.capture = func(step func(backend.Ops)) (backend.Graph, error) {
			var first *backend.TwoLayerStep
			f.fused = &fusedRecorder{
				classifier: func(ops backend.Ops, c classifierCall) { c.all(ops) },
				twoLayer: func(ops backend.Ops, c backend.TwoLayerStep) {
					if first == nil {
						kept := c
						kept.Images.Cursor, kept.SGD.Step = duplicate(c.Images.Cursor), duplicate(c.SGD.Step)
						kept.Tally.Step = duplicate(c.Tally.Step)
						first = &kept
					}
					spoil(&c, first)
					c.Verbs(ops)
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

// replay makes a function a Graph.
type replay func() error

func (r replay) Replay() error { return r() }
