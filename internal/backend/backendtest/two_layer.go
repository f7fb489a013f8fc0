package backendtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"mnistgpu/internal/backend"
)

// shape is the size of a step of a two-layer network.
type shape struct{ rows, in, hidden, out int }

// The images consist of whole numbers up to 3, times a quarter, and most are zero. A
// hidden unit has weights for some twenty pixels, about four of which are not zero, in
// quarters up to one; the weights of the last layer are eighths up to one. So float32
// holds hidden units and logits exactly.
const (
	twoLayerPixel = 3
	twoLayerScale = 0.25
)

// twoLayerTrials take one step of two layers, in one verb where the backend has it. The
// sizes lie around those of a word of four bytes, of a warp, of 128 rows and of 16
// classes.
func twoLayerTrials() (list []trial) {
	for _, z := range []shape{
		{1, 4, 1, 2}, {2, 8, 3, 10}, {3, 28, 4, 10}, {17, 30, 5, 10}, {31, 31, 33, 3}, {33, 64, 33, 16},
		{127, 36, 7, 10}, {128, 100, 21, 16}, {129, 28, 9, 10}, {40, 28, 9, 17}, {64, 784, 12, 10}, {5, 1000, 2, 10},
	} {
		for _, l2 := range []float32{0, 0.25} {
			name := fmt.Sprintf("%d rows, %d-%d-%d, L2 %v", z.rows, z.in, z.hidden, z.out, l2)
			list = append(list, trial{name, twoLayer(z, l2)})
		}
	}
	return list
}

// twoLayer limits errors as classifier does. Those of the hidden units' gradients are
// 18u times classes and scale, and |dhidden| is at most twice the scale, since no
// weight is above 1; the rounding of a sum over rows comes on top.
func twoLayer(z shape, l2 float32) experiment {
	return func(s *stage) {
		scale := 1 / float32(z.rows)
		sums := 2*math.Sqrt(float64(z.rows)) + 2
		images, labels := s.batch(z)
		n := newTwoLayers(s, z)
		hidden := affine(s.gathered(images), n.w1, n.b1)
		for i, v := range hidden {
			hidden[i] = max(v, 0)
		}
		const pixel = twoLayerPixel * twoLayerScale
		limit := func(input, gradient float64) rule {
			return near(classifierRate*u*input*(gradient+2*sums) + 8*u)
		}
		first, last := limit(max(1, pixel), 18*float64(z.out)), limit(max(1, slices.Max(hidden)), 16)
		tally := s.tally(1, lossBounds(affine(hidden, n.w2, n.b2), s.labelsOf(labels)), exact)
		step := backend.TwoLayerStep{
			First: backend.Layer{
				W: s.floats("w1", first, z.in, z.hidden, n.w1),
				B: s.floats("b1", first, 1, z.hidden, n.b1),
			},
			Last: backend.Classifier{
				X: s.result("hidden", unjudged, z.rows, z.hidden), DX: s.result("dhidden", unjudged, z.rows, z.hidden),
				Logits: s.result("logits", unjudged, z.rows, z.out), DLogits: s.result("dlogits", unjudged, z.rows, z.out),
				W:   s.floats("w2", last, z.hidden, z.out, n.w2),
				B:   s.floats("b2", last, 1, z.out, n.b2),
				Act: backend.ReLU,
			},
			Images: images, Labels: labels, Tally: tally, Scale: scale,
			SGD: backend.SGD{LearningRate: s.rates(4, classifierRate, 2), Step: tally.Step, L2: l2},
		}
		s.run(func(ops backend.Ops) { backend.TwoLayerSGD(ops, step) })
	}
}

// batch makes images, and labels in the same order.
func (s *stage) batch(z shape) (images, labels backend.Rows) {
	pixels := fill(func(r *rand.Rand) float64 {
		if r.IntN(5) > 0 {
			return 0
		}
		return float64(1 + r.IntN(twoLayerPixel))
	})
	images = s.rows(pixels, z.rows, z.in, twoLayerScale)
	labels = images
	classes := fill(func(r *rand.Rand) float64 { return float64(r.IntN(z.out)) })
	labels.Data, labels.Scale = s.input(backend.Uint8, images.Data.Rows, 1, classes(s.rand, images.Data.Rows)), 1
	return images, labels
}

// twoLayers are the parameters of a network.
type twoLayers struct{ w1, b1, w2, b2 []float64 }

func newTwoLayers(s *stage, z shape) twoLayers {
	few := fill(func(r *rand.Rand) float64 {
		if r.IntN(z.in) >= 20 {
			return 0
		}
		return float64(r.IntN(9)-4) / 4
	})
	return twoLayers{
		few(s.rand, z.in*z.hidden), classifierWeights(s.rand, z.hidden),
		classifierWeights(s.rand, z.hidden*z.out), classifierWeights(s.rand, z.out),
	}
}
