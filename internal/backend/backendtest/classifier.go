package backendtest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"mnistgpu/internal/backend"
)

// The operands of a classifier are such that float32 holds its logits exactly: whole
// numbers up to two, and eighths up to one.
const (
	classifierX    = 2
	classifierRate = 0.5
)

var (
	classifierInputs  = fill(func(r *rand.Rand) float64 { return float64(r.IntN(2*classifierX+1) - classifierX) })
	classifierWeights = fill(func(r *rand.Rand) float64 { return float64(r.IntN(17)-8) / 8 })
)

// classifierTrials take a last layer forward and backward, in one verb where the
// backend has it. The sizes lie around those of a warp, and around 16 classes.
func classifierTrials() (list []trial) {
	for _, z := range []size{{1, 1, 1}, {3, 33, 10}, {20, 127, 10}, {64, 100, 16}, {33, 31, 17}, {600, 40, 10}} {
		for _, act := range []backend.Activation{backend.Identity, backend.ReLU} {
			for _, l2 := range []float32{0, 0.25} {
				name := fmt.Sprintf("%dx%dx%d, activation %d, L2 %v", z.rows, z.in, z.out, act, l2)
				list = append(list, trial{name, classifier(z, act, l2)})
			}
		}
	}
	return list
}

// classifier limits errors by those of p - onehot, which are 16u times the scale of 1/B
// as in CrossEntropy, and by what summing adds to them: |dlogits| is at most the scale,
// and the sum over a row at most twice that.
func classifier(z size, act backend.Activation, l2 float32) experiment {
	return func(s *stage) {
		scale := 1 / float32(z.rows)
		sums := 2*math.Sqrt(float64(z.rows)) + 2
		update := near(classifierRate*u*(16*classifierX+classifierX*sums) + 8*u)
		dx := near(18 * float64(z.out) * u * float64(scale))

		labels, label := s.labels(z.rows, z.out)
		x := classifierInputs(s.rand, z.rows*z.in)
		w := classifierWeights(s.rand, z.in*z.out)
		b := classifierWeights(s.rand, z.out)
		c := backend.Classifier{
			X:       s.input(backend.Float32, z.rows, z.in, x),
			DX:      s.result("dx", dx, z.rows, z.in),
			Logits:  s.result("logits", unjudged, z.rows, z.out),
			DLogits: s.result("dlogits", unjudged, z.rows, z.out),
			W:       s.floats("w", update, z.in, z.out, w),
			B:       s.floats("b", update, 1, z.out, b),
			Act:     act,
		}
		tally := s.tally(1, lossBounds(affine(x, w, b), label), exact)
		sgd := backend.SGD{LearningRate: s.rates(4, classifierRate, 2), Step: tally.Step, L2: l2}
		s.run(func(ops backend.Ops) { backend.ClassifierSGD(ops, c, tally, labels, scale, sgd) })
	}
}

// affine returns x·w + b.
func affine(x, w, b []float64) (y []float64) {
	out := len(b)
	in := len(w) / out
	for i := range len(x) / in {
		for j := range out {
			sum := b[j]
			for k := range in {
				sum += x[i*in+k] * w[k*out+j]
			}
			y = append(y, sum)
		}
	}
	return y
}
