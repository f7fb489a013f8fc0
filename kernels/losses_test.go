package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"

	"mnistgpu/kernels/ptx"
)

// logitKinds are logits that show a softmax that overflows, a loss computed from a
// probability that is 0 in float32, or a hit for another than the first of equal logits.
var logitKinds = []struct {
	name string
	row  func(r *rand.Rand, z []float64, label int)
}{
	{"normal", func(*rand.Rand, []float64, int) {}},
	{"up to 1e4", func(r *rand.Rand, z []float64, _ int) {
		for j := range z {
			z[j] = float64(float32(2e4*r.Float64() - 1e4))
		}
	}},
	{"around 1e4", func(r *rand.Rand, z []float64, _ int) {
		for j := range z {
			z[j] = float64(float32(1e4 + r.NormFloat64()))
		}
	}},
	{"saturated", func(r *rand.Rand, z []float64, label int) { z[(label+r.IntN(2))%len(z)] = 1e4 }},
	{"two equal", func(r *rand.Rand, z []float64, label int) { z[label], z[r.IntN(len(z))] = 8, 8 }},
	{"equal in a lane", func(_ *rand.Rand, z []float64, label int) { z[label], z[(label+warp)%len(z)] = 8, 8 }},
	{"all equal", func(_ *rand.Rand, z []float64, _ int) { clear(z) }},
	{"NaN", func(r *rand.Rand, z []float64, _ int) { z[r.IntN(len(z))] = math.NaN() }},
	{"-Inf", func(r *rand.Rand, z []float64, label int) { z[(label+1)%len(z)] = math.Inf(-1) }},
	{"all -Inf", func(_ *rand.Rand, z []float64, _ int) {
		for j := range z {
			z[j] = math.Inf(-1)
		}
	}},
	{"+Inf", func(r *rand.Rand, z []float64, label int) { z[label] = math.Inf(1) }},
	{"subnormal", func(r *rand.Rand, z []float64, _ int) {
		for j := range z {
			z[j] = float64(float32(math.Ldexp(r.NormFloat64(), -135)))
		}
	}},
}

// warp is the number of a warp's threads.
const warp = 32

// softmax returns the loss and the gradient of a row, whether it is a hit, and the limit
// of the loss's error: 8u·(1 + zmax - zlabel + ln K), as for all backends.
func softmax(z []float64, label int) (loss float64, gradient []float64, hit bool, limit float64) {
	largest := math.Inf(-1)
	at := -1
	for j, v := range z {
		if v > largest {
			largest, at = v, j
		}
	}
	sum := 0.0
	for _, v := range z {
		gradient = append(gradient, math.Exp(v-largest))
		sum += gradient[len(gradient)-1]
	}
	for j := range gradient {
		gradient[j] /= sum
	}
	loss = math.Log(sum) + (largest - z[min(label, len(z)-1)])
	limit = 8 * u * (1 + loss + math.Log(float64(len(z))))
	if label >= len(z) {
		return math.NaN(), gradient, false, limit
	}
	gradient[label]--
	return loss, gradient, at == label, limit
}

// lossTrials are those of cross_entropy.
func lossTrials(all bool) (list []trial) {
	for i, kind := range logitKinds {
		shapes := [][2]int{{1, 1}, {1, 10}, {9, 3}, {17, 10}, {33, 70}, {3, 300}, {40, 160}, {8, 100}, {8, 128}}
		for _, n := range sizes(all) {
			shapes = append(shapes, [2]int{n, 10}, [2]int{2, n})
		}
		for _, z := range shapes {
			for _, gradient := range []bool{true, false} {
				if !gradient && i > 0 && !all {
					continue
				}
				list = append(list, trial{fmt.Sprintf("cross_entropy, %s, %d rows, %d classes, gradient %v", kind.name, z[0], z[1], gradient),
					func(s *stage) { s.crossEntropy(z[0], z[1], gradient, kind.row) }})
			}
		}
	}
	return append(list, trial{"cross_entropy, many blocks", func(s *stage) { s.crossEntropy(2300, 2, true, logitKinds[0].row) }})
}

// tally is where losses and hits go: the middle row of three.
type tally struct{ loss, hits *ptx.Buffer }

func (s *stage) tally() tally {
	return tally{buffer[float64](s, "loss", []float64{3, 1, 2}), buffer[int32](s, "hits", []float64{4, 6, 5})}
}

func (s *stage) checkTally(t tally, loss, limit, hits float64) {
	check[float64](s, t.loss, []float64{3, 1 + loss, 2}, func(i int) float64 { return float64(i%2) * (limit + 0x1p-40) })
	check[int32](s, t.hits, []float64{4, 6 + hits, 5}, exactly)
}

func (s *stage) crossEntropy(rows, classes int, gradient bool, kind func(*rand.Rand, []float64, int)) {
	picked, order, cursor, offset := s.order(rows, 30)
	labels := s.numbers(func(r *rand.Rand) float64 { return float64(r.IntN(min(classes, 256))) }, 30)
	if rows == 17 {
		labels[picked[3]] = float64(classes) // no class
	}
	logits := s.numbers(normal, rows*classes)
	scale := 1 / float32(rows)
	var loss, limit, hits float64
	var want []float64
	for i := range rows {
		z, label := logits[i*classes:][:classes], int(labels[picked[i]])
		kind(s.rand, z, min(label, classes-1))
		l, dz, hit, bound := softmax(z, label)
		loss, limit = loss+l, limit+bound
		if hit {
			hits++
		}
		for _, v := range dz {
			want = append(want, float64(scale)*v)
		}
	}
	t := s.tally()
	blocks := (rows + 7) / 8
	dlogits, given := unset[float32](s, "dlogits", rows*classes), any(nil)
	if gradient {
		given = dlogits
	}
	finished := buffer[int32](s, "finished", []float64{0})
	s.launch("cross_entropy", line(blocks, 256), t.loss, t.hits, given, unset[float64](s, "block_loss", blocks), unset[int32](s, "block_hits", blocks),
		finished, s.step(), readOnly[float32](s, "logits", logits), readOnly[uint8](s, "labels", labels), order, cursor, offset, rows, classes, scale)
	s.checkTally(t, loss, limit, hits)
	check[int32](s, finished, []float64{0}, exactly)
	if gradient {
		check[float32](s, dlogits, want, within(16*u*float64(scale)))
	}
}
