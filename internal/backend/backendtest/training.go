package backendtest

import (
	"fmt"
	"math/rand/v2"

	"mnistgpu/internal/backend"
)

// trainingTrials train a net for some steps. The limits are the relative
// Frobenius error of float32 weights after so many steps of plain gradient
// descent, with ten times the error that three orders of summation showed.
// Inputs cut to TF32 miss them from the first step on.
func trainingTrials() (list []trial) {
	for _, run := range []struct {
		steps int
		limit float64
	}{{1, 2e-7}, {10, 6e-7}, {100, 2e-6}} {
		for _, way := range []struct {
			name string
			step func(*net, backend.Ops)
		}{{"fused update", (*net).fusedStep}, {"update after two chunks", (*net).chunkedStep}} {
			train := func(s *stage) {
				n := newNet(s, run.steps, frobenius(run.limit))
				s.replay(s.capture(func(ops backend.Ops) { way.step(n, ops) }), run.steps)
			}
			list = append(list, trial{fmt.Sprintf("%d steps, %s", run.steps, way.name), train})
		}
	}
	return list
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
}

// newNet makes a net with learnable data: the first pixels tell the class.
func newNet(s *stage, steps int, r rule) *net {
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
		Hits: s.output("hits", exact, backend.Int32, steps, 1, make([]float64, steps)),
		Step: step,
	}
	rates := make([]float64, steps)
	for i := range rates {
		rates[i] = float64(float32(0.1 / (1 + float64(i)/50)))
	}
	n.biasUpdate = backend.SGD{LearningRate: s.rates(rates...), Step: step}
	n.weightUpdate = n.biasUpdate
	n.weightUpdate.L2 = 1e-3
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

func (n *net) scratch(s *stage) {
	unjudged := rule{judge: func(_, _, _ []float64) error { return nil }}
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

// fusedStep updates the weights while it goes backward.
func (n *net) fusedStep(ops backend.Ops) {
	ops.LinearForward(n.hidden, n.images, n.w1, n.b1, backend.ReLU)
	ops.LinearForward(n.logits, n.hidden, n.w2, n.b2, backend.Identity)
	ops.CrossEntropy(n.tally, n.dlogits, n.logits, n.labels, 1./netBatch)
	ops.LinearBackwardInput(n.dhidden, n.dlogits, n.w2, n.hidden, backend.ReLU)
	ops.LinearSGD(n.w2, n.b2, n.hidden, n.dlogits, n.weightUpdate)
	ops.LinearSGD(n.w1, n.b1, n.images, n.dhidden, n.weightUpdate)
	ops.Advance(n.tally.Step, n.images.Cursor, netBatch)
}

// chunkedStep takes half of the batch at a time and adds up the gradients.
func (n *net) chunkedStep(ops backend.Ops) {
	for at := 0; at < netBatch; at += netChunk {
		images, labels := n.images.Chunk(at, netChunk), n.labels.Chunk(at, netChunk)
		ops.LinearForward(n.hiddenPart, images, n.w1, n.b1, backend.ReLU)
		ops.LinearForward(n.logitsPart, n.hiddenPart, n.w2, n.b2, backend.Identity)
		ops.CrossEntropy(n.tally, n.dlogitsPart, n.logitsPart, labels, 1./netBatch)
		ops.LinearBackwardInput(n.dhiddenPart, n.dlogitsPart, n.w2, n.hiddenPart, backend.ReLU)
		ops.LinearBackwardWeight(n.dw2, n.db2, n.hiddenPart, n.dlogitsPart, at > 0)
		ops.LinearBackwardWeight(n.dw1, n.db1, images, n.dhiddenPart, at > 0)
	}
	ops.SGDStep(n.w1, n.dw1, n.weightUpdate)
	ops.SGDStep(n.b1, n.db1, n.biasUpdate)
	ops.SGDStep(n.w2, n.dw2, n.weightUpdate)
	ops.SGDStep(n.b2, n.db2, n.biasUpdate)
	ops.Advance(n.tally.Step, n.images.Cursor, netBatch)
}
