package verify

import (
	"math"

	"mnistgpu/internal/backend"
)

// u is the unit roundoff of float32.
const u = 0x1p-24

// values is what the limits of a verb are computed from.
type values struct {
	before    map[backend.Tensor][]float64 // what the verb read
	want      []float64                    // what the oracle wrote
	size      []float64                    // for operands without signs, or nil
	precision Precision                    // of the verb's products
	floor     float64                      // how far a product may be off, whatever its size
}

// The device and the oracle may each be off, so all limits are twice the limits of a
// backend's tests, which know the true result.

// A limit says how far element i of an output may be off.
type limit func(v values, i int) float64

// exact is the limit of whole numbers.
func exact(values, int) float64 { return 0 }

// sums describes sums of n terms in float32. Each side may be off by min(n, 2√n+2)·u
// times the sum of the terms' absolute values. The n is the worst case (Higham,
// Accuracy and Stability, ch. 3), and the other a generous multiple of √n, which
// independent roundings give.
type sums struct {
	n        int
	products bool // of factors that the device may round
}

// off is how far sums may be off. The absolute values of their terms add up to size;
// products is the part of it that products contribute, each multiplied by scale. For
// split products the device adds up twice as many terms, on tensor cores, which
// truncate instead of rounding: that adds up to the worst case.
func (s sums) off(v values, size, products, scale float64) float64 {
	n := float64(s.n)
	oracle := u * min(n, 2*math.Sqrt(n)+2) * size
	device := oracle
	if !s.products {
		return oracle + device
	}
	if v.precision.split {
		device = u * 2 * n * size
	}
	return oracle + device + u*v.precision.factors*products + n*scale*v.floor
}

// limit is the limit of an output that is such sums.
func (s sums) limit() limit {
	return func(v values, i int) float64 { return s.off(v, v.size[i], v.size[i], 1) }
}

// limitOnTop is the limit of an output that such sums are added to.
func (s sums) limitOnTop(t backend.Tensor) limit {
	return func(v values, i int) float64 { return s.off(v, v.size[i]+math.Abs(v.before[t][i]), v.size[i], 1) }
}

// limitOfDescent is the limit of p - lr·(g + L2·p), where g is such sums: a backend may
// round p with each of their terms.
func (s sums) limitOfDescent(p backend.Tensor, sgd backend.SGD) limit {
	s.n += 4
	return func(v values, i int) float64 {
		lr, old := math.Abs(rate(v, sgd)), math.Abs(v.before[p][i])
		return s.off(v, old+lr*(v.size[i]+float64(sgd.L2)*old), lr*v.size[i], lr)
	}
}

// rate is the learning rate of the step, or Adam's alpha.
func rate(v values, s backend.SGD) float64 {
	return v.before[s.LearningRate][int(v.before[s.Step][0])]
}

// roundings is the limit of an element after that many roundings of terms whose
// absolute values add up to size, on each side.
func roundings(n int, size float64) float64 { return 2 * u * float64(n) * size }

// slope is the size of g + L2·p.
func slope(v values, p, g backend.Tensor, s backend.SGD, i int) float64 {
	return math.Abs(v.before[g][i]) + float64(s.L2)*math.Abs(v.before[p][i])
}

func sgdLimit(p, g backend.Tensor, s backend.SGD) limit {
	return func(v values, i int) float64 {
		return roundings(4, math.Abs(v.before[p][i])+math.Abs(rate(v, s))*slope(v, p, g, s, i))
	}
}

// momentumOutputs returns v, which takes four roundings, and p, which takes two more.
func momentumOutputs(p, v, g backend.Tensor, m backend.Momentum) []output {
	size := func(x values, i int) float64 {
		return float64(m.Momentum)*math.Abs(x.before[v][i]) + slope(x, p, g, m.SGD, i)
	}
	return []output{
		{"v", v, func(x values, i int) float64 { return roundings(4, size(x, i)) }},
		{"p", p, func(x values, i int) float64 {
			return roundings(6, math.Abs(x.before[p][i])+math.Abs(rate(x, m.SGD))*size(x, i))
		}},
	}
}

// adamOutputs returns m, v and p. The update of p is a quotient: it is off by as much
// as its numerator, and in proportion by as much as the root.
func adamOutputs(p, m, v, g backend.Tensor, a backend.Adam) []output {
	beta1, beta2 := float64(a.Beta1), float64(a.Beta2)
	mLimit := func(x values, i int) float64 {
		return roundings(6, beta1*math.Abs(x.before[m][i])+(1-beta1)*slope(x, p, g, a.SGD, i))
	}
	vLimit := func(x values, i int) float64 {
		d := slope(x, p, g, a.SGD, i)
		return roundings(8, beta2*x.before[v][i]+(1-beta2)*d*d)
	}
	return []output{{"m", m, mLimit}, {"v", v, vLimit}, {"p", p, func(x values, i int) float64 {
		d := x.before[g][i] + float64(a.L2)*x.before[p][i]
		mean := beta1*x.before[m][i] + (1-beta1)*d
		square := beta2*x.before[v][i] + (1-beta2)*d*d
		root := math.Sqrt(max(0, square-vLimit(x, i))) + float64(a.Epsilon)
		spread := math.Sqrt(square+vLimit(x, i)) + float64(a.Epsilon) - root
		update := math.Abs(rate(x, a.SGD)) * (math.Abs(mean) + mLimit(x, i)) / root
		off := math.Abs(rate(x, a.SGD)) * mLimit(x, i) / root
		return off + update*spread/root + roundings(6, math.Abs(x.before[p][i])+update)
	}}}
}

// lossLimit is the limit of the tally: 8u·(1 + zmax - zmin + ln K) for each row of
// logits and for each side, in the step that is counted, and 0 in all others.
func lossLimit(step, logits backend.Tensor) limit {
	return func(v values, i int) float64 {
		if i != int(v.before[step][0]) {
			return 0
		}
		sum, z := 0.0, v.before[logits]
		for ; len(z) > 0; z = z[logits.Cols:] {
			low, high := z[0], z[0]
			for _, x := range z[:logits.Cols] {
				low, high = min(low, x), max(high, x)
			}
			sum += 2 * 8 * u * (1 + high - low + math.Log(float64(logits.Cols)))
		}
		return sum
	}
}

// softmaxLimit is the limit of dlogits: 16u for each probability and for each side,
// times the scale.
func softmaxLimit(scale float32) limit {
	return func(values, int) float64 { return 2 * 16 * u * math.Abs(float64(scale)) }
}
