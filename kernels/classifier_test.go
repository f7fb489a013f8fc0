package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"

	"mnistgpu/kernels/ptx"
)

// The operands of a classifier are such that float32 holds its logits exactly: whole
// numbers up to two, and eighths up to one.
func inputs(r *rand.Rand) float64  { return float64(r.IntN(5) - 2) }
func eighths(r *rand.Rand) float64 { return float64(r.IntN(17)-8) / 8 }

// maxClasses is the largest number of classes that these kernels take.
const maxClasses = 16

// weightKind is what the weights and biases of the last layer are multiplied by.
type weightKind struct {
	name         string
	weight, bias float64
	relu         int
}

var weightKinds = []weightKind{{"ordinary", 1, 1, 0}, {"equal logits", 0, 0, 1}, {"saturated", 1, 1024, 1}}

// noLogit is a row without a logit above -INFINITY.
var noLogit = weightKind{"no logit", 1, math.Inf(-1), 0}

// classifierTrials are those of the classifier's two kernels.
func classifierTrials(all bool) (list []trial) {
	shapes := [][3]int{{1, 1, 1}, {3, 33, 10}, {10, 70, 16}, {5, 300, 3}, {140, 2, 2}, {25, 3, 2}, {33, 5, 4}}
	for c := range maxClasses {
		shapes = append(shapes, [3]int{2, 9, 1 + c})
	}
	for _, n := range sizes(all) {
		shapes = append(shapes, [3]int{n, 17, 3}, [3]int{3, n, 10})
	}
	for i, z := range shapes {
		for _, kind := range append(weightKinds, noLogit) {
			if i > 6 && kind != weightKinds[0] && !all {
				break
			}
			list = append(list, trial{fmt.Sprintf("classifier, %v, %s", z, kind.name), func(s *stage) { s.classifier(z[0], z[1], z[2], kind) }})
		}
		for _, l2 := range []float64{0, 0.25} {
			for _, below := range []bool{false, true} {
				list = append(list, trial{fmt.Sprintf("classifier_sgd, %v, L2 %v, below %v", z, l2, below),
					func(s *stage) { s.classifierSGD(z[0], z[1], z[2], l2, below) }})
			}
		}
	}
	for _, classes := range []int{1, 4} {
		list = append(list, trial{fmt.Sprintf("classifier, NaN, %d classes", classes), func(s *stage) { s.classifierNaN(classes) }})
	}
	return list
}

// classifier limits errors by those of p - onehot, which are 16u times the scale, and by
// what the sum over classes adds, as for all backends.
func (s *stage) classifier(rows, in, classes int, kind weightKind) {
	relu := kind.relu
	x, w, b := s.numbers(inputs, rows*in), s.numbers(kind.weights, in*classes), s.numbers(kind.biases, classes)
	picked, order, cursor, offset := s.order(rows, 30)
	labels := s.numbers(func(r *rand.Rand) float64 { return float64(r.IntN(classes)) }, 30)
	if rows == 10 {
		labels[picked[3]] = float64(classes) // no class
	}
	scale := 1 / float32(rows)
	var loss, limit, hits float64
	var wantZ, wantX []float64
	for i := range rows {
		z := append([]float64{}, b...)
		for j := range in {
			for c := range z {
				z[c] += x[i*in+j] * w[j*classes+c]
			}
		}
		l, dz, hit, bound := softmax(z, int(labels[picked[i]]))
		loss, limit = loss+l, limit+bound
		if hit {
			hits++
		}
		for _, v := range dz {
			wantZ = append(wantZ, float64(scale)*v)
		}
		for j := range in {
			sum := 0.0
			for c, v := range dz {
				sum += float64(scale) * v * w[j*classes+c]
			}
			if relu == 1 && x[i*in+j] <= 0 {
				sum = 0
			}
			wantX = append(wantX, sum)
		}
	}
	t := s.tally()
	dx, dz := unset[float32](s, "dx", rows*in), unset[float32](s, "dz", rows*classes)
	finished := buffer[int32](s, "finished", []float64{0})
	s.launch("classifier", line(rows, 128), t.loss, t.hits, dx, dz, unset[float64](s, "block_loss", rows), unset[int32](s, "block_hits", rows),
		finished, s.step(), readOnly[float32](s, "x", x), readOnly[float32](s, "w", w), readOnly[float32](s, "b", b),
		readOnly[uint8](s, "labels", labels), order, cursor, offset, in, classes, scale, relu)
	s.checkTally(t, loss, limit, hits)
	check[int32](s, finished, []float64{0}, exactly)
	check[float32](s, dz, wantZ, within(16*u*float64(scale)))
	check[float32](s, dx, wantX, within(18*float64(classes)*u*float64(scale)))
}

func (k weightKind) weights(r *rand.Rand) float64 { return k.weight * eighths(r) }
func (k weightKind) biases(r *rand.Rand) float64 {
	if math.IsInf(k.bias, 0) {
		return k.bias
	}
	return k.bias * eighths(r)
}

// classifierNaN requires that a NaN in one row is in its loss and gradients.
func (s *stage) classifierNaN(classes int) {
	const rows, in = 3, 5
	x := s.numbers(inputs, rows*in)
	x[in] = math.NaN()
	t := s.tally()
	_, order, cursor, offset := s.order(rows, 3)
	dx, dz := unset[float32](s, "dx", rows*in), unset[float32](s, "dz", rows*classes)
	s.launch("classifier", line(rows, 128), t.loss, t.hits, dx, dz, unset[float64](s, "block_loss", rows), unset[int32](s, "block_hits", rows),
		buffer[int32](s, "finished", []float64{0}), s.step(), readOnly[float32](s, "x", x), readOnly[float32](s, "w", s.numbers(eighths, in*classes)),
		readOnly[float32](s, "b", s.numbers(eighths, classes)), readOnly[uint8](s, "labels", make([]float64, 3)), order, cursor, offset, in, classes, float32(1), 0)
	if s.err != nil {
		return
	}
	for name, list := range map[string][]float64{"dx": values[float32](s, dx), "dz": values[float32](s, dz)} {
		for i, v := range list {
			if row := i / (len(list) / rows); math.IsNaN(v) != (row == 1) {
				s.failf("element %d of %s is %v", i, name, v)
			}
		}
	}
	if loss := values[float64](s, t.loss); !math.IsNaN(loss[1]) {
		s.failf("the loss is %v", loss[1])
	}
}

// classifierSGD has exact results: gradients are quarters, the rate is a half.
func (s *stage) classifierSGD(rows, in, classes int, l2 float64, below bool) {
	const rate = 0.5
	quarters := func(r *rand.Rand) float64 { return whole(r) / 4 }
	x, dz, dx := s.numbers(inputs, rows*in), s.numbers(quarters, rows*classes), s.numbers(quarters, rows*in)
	w, b, lower := s.numbers(eighths, in*classes), s.numbers(eighths, classes), s.numbers(eighths, in)
	wantW, wantB, wantBelow := make([]float64, len(w)), append([]float64{}, b...), append([]float64{}, lower...)
	for i := range w {
		wantW[i] = w[i] - rate*l2*w[i]
	}
	for i := range rows {
		for j := range in {
			for c := range classes {
				wantW[j*classes+c] -= rate * x[i*in+j] * dz[i*classes+c]
			}
			if below {
				wantBelow[j] -= rate * dx[i*in+j]
			}
		}
		for c := range classes {
			wantB[c] -= rate * dz[i*classes+c]
		}
	}
	bw, bb, bl := buffer[float32](s, "w", w), buffer[float32](s, "b", b), buffer[float32](s, "below", lower)
	scales := unset[float32](s, "scales", 2)
	slabs := (in + 31) / 32
	blocks, given, givenScales := slabs+1, any(nil), any(nil)
	if below {
		blocks, given, givenScales = 2*slabs+1, bl, scales
	}
	s.launch("classifier_sgd", ptx.Grid{Blocks: ptx.Dim{X: blocks}, Threads: ptx.Dim{X: 32, Y: 8}}, bw, bb, given, givenScales,
		readOnly[float32](s, "x", x), readOnly[float32](s, "dz", dz), readOnly[float32](s, "dx", dx), s.rates(rate), s.step(), float32(l2), rows, in, classes)
	check[float32](s, bw, wantW, exactly)
	check[float32](s, bb, wantB, exactly)
	check[float32](s, bl, wantBelow, exactly)
	if below {
		check[float32](s, scales, []float64{-rate, 1}, exactly)
	}
}
