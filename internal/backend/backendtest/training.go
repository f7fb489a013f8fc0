package backendtest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"mnistgpu/internal/backend"
)

// trainingTrials train a net for some steps. The limits are on the relative Frobenius
// error of float32 weights after the given number of steps of gradient descent, plain
// or with momentum, and of Adam: ten times the error that three orders of summation
// showed. Inputs cut to TF32 exceed them from the first step on.
func trainingTrials() (list []trial) {
	for _, run := range []struct {
		steps       int
		limit, adam float64
	}{{1, 2e-7, 2e-7}, {10, 6e-7, 1e-6}, {100, 2e-6, 3e-6}} {
		for _, way := range []struct {
			name  string
			limit float64
			rate  func(i int) float64
			step  func(*net, backend.Ops)
		}{
			{"fused update", run.limit, falling(0.1), (*net).fusedStep},
			{"last layer in one verb", run.limit, falling(0.1), (*net).classifierStep},
			{"last layer in one verb, no L2", run.limit, falling(0.1), (*net).plainStep},
			{"update after two chunks", run.limit, falling(0.1), (*net).chunkedStep},
			{"momentum", run.limit, falling(0.02), (*net).momentumStep},
			{"Adam", run.adam, corrected(falling(0.002)), (*net).adamStep},
		} {
			train := func(s *stage) {
				n := newNet(s, run.steps, frobenius(way.limit), way.rate)
				s.replay(s.capture(func(ops backend.Ops) { way.step(n, ops) }), run.steps)
			}
			list = append(list, trial{fmt.Sprintf("%d steps, %s", run.steps, way.name), train})
			if run.steps == 10 {
				list = append(list, trial{fmt.Sprintf("10 steps in one graph, %s", way.name), func(s *stage) {
					n := newNet(s, run.steps, frobenius(way.limit), way.rate)
					s.replay(s.capture(func(ops backend.Ops) {
						for range run.steps {
							way.step(n, ops)
						}
					}), 1)
				}})
			}
		}
	}
	return list
}

// wholeTrials train a net in steps of one verb each, with one or several steps per
// graph, within the limits of trainingTrials.
func wholeTrials() (list []trial) {
	for _, run := range []struct {
		steps, inGraph int
		limit          float64
	}{{1, 1, 2e-7}, {10, 1, 6e-7}, {100, 25, 2e-6}} {
		list = append(list, trial{fmt.Sprintf("%d steps, %d in a graph", run.steps, run.inGraph), func(s *stage) {
			n := newNet(s, run.steps, frobenius(run.limit), falling(0.1))
			graph := s.capture(func(ops backend.Ops) {
				for range run.inGraph {
					n.wholeStep(ops)
				}
			})
			s.replay(graph, run.steps/run.inGraph)
		}})
	}
	return list
}

// falling returns learning rates that fall from the given one.
func falling(rate float64) func(i int) float64 {
	return func(i int) float64 { return rate / (1 + float64(i)/50) }
}

// The usual parameters of the methods.
const (
	netMomentum = 0.9
	netBeta1    = 0.9
	netBeta2    = 0.999
	netEpsilon  = 1e-8
)

// corrected includes Adam's bias correction in rate.
func corrected(rate func(i int) float64) func(i int) float64 {
	return func(i int) float64 {
		t := float64(i + 1)
		return rate(i) * math.Sqrt(1-math.Pow(netBeta2, t)) / (1 - math.Pow(netBeta1, t))
	}
}

// The net has two layers, 64-16-10.
const (
	netBatch   = 16
	netChunk   = netBatch / 2
	netPixels  = 64
	netHidden  = 16
	netClasses = 10
	netImages  = 100
)

type net struct {
	images, labels           backend.Rows
	w1, b1, w2, b2           backend.Tensor
	dw1, db1, dw2, db2       backend.Tensor
	hidden, dhidden          backend.Tensor // (netBatch, netHidden)
	logits, dlogits          backend.Tensor // (netBatch, netClasses)
	hiddenPart, dhiddenPart  backend.Tensor // (netChunk, netHidden)
	logitsPart, dlogitsPart  backend.Tensor // (netChunk, netClasses)
	tally                    backend.Tally
	weightUpdate, biasUpdate backend.SGD
	learners                 []learner
}

// learner is a tensor of parameters with its gradient and what a method keeps for it
// from step to step.
type learner struct {
	p, g, m, v backend.Tensor
	sgd        backend.SGD
}

// newNet makes a net with learnable data: the first pixels give away the class.
func newNet(s *stage, steps int, r rule, rate func(i int) float64) *net {
	n := new(net)
	step, cursor := s.counter("step", 0), s.counter("cursor", 0)
	n.data(s, cursor, steps)
	weights := fill(func(r *rand.Rand) float64 { return 0.2 * r.NormFloat64() })
	n.w1 = s.changed("w1", r, weights, netPixels, netHidden)
	n.b1 = s.changed("b1", r, weights, 1, netHidden)
	n.w2 = s.changed("w2", r, weights, netHidden, netClasses)
	n.b2 = s.changed("b2", r, weights, 1, netClasses)
	n.scratch(s)
	n.tally = backend.Tally{
		Loss: s.output("loss", r, backend.Float64, steps, 1, make([]float64, steps)),
		Hits: s.counter("hits", make([]float64, steps)...),
		Step: step,
	}
	rates := make([]float64, steps)
	for i := range rates {
		rates[i] = float64(float32(rate(i)))
	}
	n.biasUpdate = backend.SGD{LearningRate: s.rates(rates...), Step: step}
	n.weightUpdate = n.biasUpdate
	n.weightUpdate.L2 = 1e-3
	n.learn(s)
	return n
}

func (n *net) data(s *stage, cursor backend.Tensor, steps int) {
	pixels := sparseBytes(s.rand, netImages*netPixels)
	labels := make([]float64, netImages)
	for i := range labels {
		labels[i] = float64(i % netClasses)
		pixels[i*netPixels+i%netClasses] = 255
	}
	order := make([]float64, steps*netBatch)
	for i := range order {
		order[i] = float64(s.rand.IntN(netImages))
	}
	n.images = backend.Rows{
		Data:   s.input(backend.Uint8, netImages, netPixels, pixels),
		Order:  s.input(backend.Int32, len(order), 1, order),
		Cursor: cursor,
		Count:  netBatch,
		Scale:  1. / 255,
	}
	n.labels = n.images
	n.labels.Data, n.labels.Scale = s.input(backend.Uint8, netImages, 1, labels), 1
}

// unjudged is the rule for tensors whose errors show in other outputs.
var unjudged = rule{judge: func(_, _, _ []float64) error { return nil }}

// learn gives each tensor of parameters a zero state.
func (n *net) learn(s *stage) {
	n.learners = []learner{
		{p: n.w1, g: n.dw1, sgd: n.weightUpdate}, {p: n.b1, g: n.db1, sgd: n.biasUpdate},
		{p: n.w2, g: n.dw2, sgd: n.weightUpdate}, {p: n.b2, g: n.db2, sgd: n.biasUpdate},
	}
	for i := range n.learners {
		l := &n.learners[i]
		zero := func() backend.Tensor {
			return s.floats("state", unjudged, l.p.Rows, l.p.Cols, make([]float64, l.p.Len()))
		}
		l.m, l.v = zero(), zero()
	}
}

func (n *net) scratch(s *stage) {
	for _, t := range []struct {
		tensor     *backend.Tensor
		rows, cols int
	}{
		{&n.dw1, netPixels, netHidden}, {&n.db1, 1, netHidden},
		{&n.dw2, netHidden, netClasses}, {&n.db2, 1, netClasses},
		{&n.hidden, netBatch, netHidden}, {&n.dhidden, netBatch, netHidden},
		{&n.logits, netBatch, netClasses}, {&n.dlogits, netBatch, netClasses},
		{&n.hiddenPart, netChunk, netHidden}, {&n.dhiddenPart, netChunk, netHidden},
		{&n.logitsPart, netChunk, netClasses}, {&n.dlogitsPart, netChunk, netClasses},
	} {
		*t.tensor = s.result("scratch", unjudged, t.rows, t.cols)
	}
}

// wholeStep is a step in one verb.
func (n *net) wholeStep(ops backend.Ops) {
	backend.TwoLayerSGD(ops, n.step())
	ops.Advance(n.tally.Step, n.images.Cursor, netBatch)
}

// classifierStep has the last layer in one verb.
func (n *net) classifierStep(ops backend.Ops) {
	n.step().Verbs(ops)
	ops.Advance(n.tally.Step, n.images.Cursor, netBatch)
}

// fusedStep only updates the weights during the backward pass.
func (n *net) fusedStep(ops backend.Ops) {
	n.classifierStep(struct{ backend.Ops }{ops}) // which hides the verbs of FusedOps
}

// step is a step of plain descent.
func (n *net) step() backend.TwoLayerStep {
	return backend.TwoLayerStep{
		First: backend.Layer{W: n.w1, B: n.b1},
		Last: backend.Classifier{
			X: n.hidden, DX: n.dhidden, Logits: n.logits, DLogits: n.dlogits, W: n.w2, B: n.b2, Act: backend.ReLU,
		},
		Images: n.images, Labels: n.labels, Tally: n.tally, Scale: 1. / netBatch, SGD: n.weightUpdate,
	}
}

// plainStep is classifierStep without L2.
func (n *net) plainStep(ops backend.Ops) {
	plain := *n
	plain.weightUpdate.L2 = 0
	plain.classifierStep(ops)
}

// chunkedStep, momentumStep and adamStep update once the gradients of the whole batch
// are complete.
func (n *net) chunkedStep(ops backend.Ops) {
	n.update(ops, func(l learner) { ops.SGDStep(l.p, l.g, l.sgd) })
}

func (n *net) momentumStep(ops backend.Ops) {
	n.update(ops, func(l learner) {
		ops.MomentumStep(l.p, l.v, l.g, backend.Momentum{SGD: l.sgd, Momentum: netMomentum})
	})
}

func (n *net) adamStep(ops backend.Ops) {
	n.update(ops, func(l learner) {
		adam := backend.Adam{SGD: l.sgd, Beta1: netBeta1, Beta2: netBeta2, Epsilon: netEpsilon}
		ops.AdamStep(l.p, l.m, l.v, l.g, adam)
	})
}

// update takes half of the batch at a time, sums the gradients and then updates.
func (n *net) update(ops backend.Ops, method func(l learner)) {
	for at := 0; at < netBatch; at += netChunk {
		images, labels := n.images.Chunk(at, netChunk), n.labels.Chunk(at, netChunk)
		ops.LinearForward(n.hiddenPart, images, n.w1, n.b1, backend.ReLU)
		ops.LinearForward(n.logitsPart, n.hiddenPart, n.w2, n.b2, backend.Identity)
		ops.CrossEntropy(n.tally, n.dlogitsPart, n.logitsPart, labels, 1./netBatch)
		ops.LinearBackwardInput(n.dhiddenPart, n.dlogitsPart, n.w2, n.hiddenPart, backend.ReLU)
		ops.LinearBackwardWeight(n.dw2, n.db2, n.hiddenPart, n.dlogitsPart, at > 0)
		ops.LinearBackwardWeight(n.dw1, n.db1, images, n.dhiddenPart, at > 0)
	}
	for _, l := range n.learners {
		method(l)
	}
	ops.Advance(n.tally.Step, n.images.Cursor, netBatch)
}
