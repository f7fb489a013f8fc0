package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"mnistgpu/kernels/ptx"
)

// network is a step of two_layer_sgd: the sizes, and what it starts with.
type network struct {
	rows, in, hidden, classes int
	l2                        float64
	units                     int // of a block

	data, labels   []float64
	w1, b1, w2, b2 []float64
}

// The images consist of whole numbers up to 3, times a quarter, and most are zero. A
// hidden unit has weights for some twenty pixels, in quarters up to one; the weights of
// the last layer are eighths. So float32 holds hidden units and logits exactly.
const (
	pixelScale  = 0.25
	largest     = 3 * pixelScale
	networkRate = 0.5
	images      = 7 // of the data set: few, so that each is often in a batch
)

func (s *stage) network(rows, in, hidden, classes int, l2 float64, units int, kind weightKind) network {
	few := func(r *rand.Rand) float64 {
		if r.IntN(in) >= 20 {
			return 0
		}
		return float64(r.IntN(9)-4) / 4
	}
	pixels := func(r *rand.Rand) float64 { return float64(max(0, r.IntN(15)-11)) }
	labels := s.numbers(func(r *rand.Rand) float64 { return float64(r.IntN(classes)) }, images)
	if rows == 9 {
		labels[0] = float64(classes) // no class
	}
	return network{
		rows: rows, in: in, hidden: hidden, classes: classes, l2: l2, units: units,
		data: s.numbers(pixels, images*in), labels: labels,
		w1: s.numbers(few, in*hidden), b1: s.numbers(eighths, hidden),
		w2: s.numbers(kind.weights, hidden*classes), b2: s.numbers(kind.biases, classes),
	}
}

// sharedBytes is the size of a Slice.
func (n *network) sharedBytes() int {
	batch := 4 * n.rows * (n.in/4 | 1)
	parts := 4 * n.rows * n.units * 16
	last := 4 * max(n.rows*(n.units+16), 17*16)
	return 4*n.in*n.units + 4*n.rows*n.units + 4*(n.units+1)*16 + 4*n.units + 2*((max(batch, parts, last)+15)/16*16)
}

// run is the buffers of launches.
type run struct {
	tally
	w1, b1, w2, b2, step, cursor, exchange *ptx.Buffer
	data, labels, order, lr                *ptx.Buffer
	offset                                 int
}

// run makes buffers for launches of n, and returns the images of each step.
func (s *stage) start(n network, steps int) (run, []int) {
	blocks := (n.hidden + n.units - 1) / n.units
	picked, order, cursor, offset := s.order(n.rows*steps, images)
	rates := make([]float64, 1+steps)
	for i := range rates {
		rates[i] = networkRate
	}
	r := run{
		w1: buffer[float32](s, "w1", n.w1), b1: buffer[float32](s, "b1", n.b1),
		w2: buffer[float32](s, "w2", n.w2), b2: buffer[float32](s, "b2", n.b2),
		step: buffer[int32](s, "step", []float64{1}), cursor: cursor, order: order, offset: offset,
		exchange: unset[float32](s, "exchange", (9736+4*n.rows*blocks*n.classes)/4),
		data:     readOnly[uint8](s, "data", n.data), labels: readOnly[uint8](s, "labels", n.labels),
		lr: readOnly[float32](s, "lr", rates),
	}
	r.exchange.Write(make([]byte, 8))
	r.tally = s.counters(steps)
	return r, picked
}

// counters are 1, 2, 3 and so on.
func (s *stage) counters(steps int) tally {
	list := make([]float64, 1+steps)
	for i := range list {
		list[i] = float64(1 + i)
	}
	return tally{buffer[float64](s, "loss", list), buffer[int32](s, "hits", list)}
}

// take launches n for some steps.
func (s *stage) take(n network, r run, steps int) {
	blocks := (n.hidden + n.units - 1) / n.units
	s.launch("two_layer_sgd", ptx.Grid{Blocks: ptx.Dim{X: blocks}, Threads: ptx.Dim{X: 512}, Shared: n.sharedBytes(), Cooperative: true},
		r.loss, r.hits, r.w1, r.b1, r.w2, r.b2, r.step, r.cursor, r.exchange, r.data, r.labels, r.order, r.lr,
		r.offset, n.rows, n.in, n.hidden, n.classes, float32(pixelScale), 1/float32(n.rows), float32(n.l2), n.units, steps, steps)
}

// after is n after one step with some of its images, with the loss and its limit.
func (n network) after(picked []int) (next network, loss, limit float64, hits float64, most float64) {
	next = n
	next.w1, next.b1, next.w2, next.b2 = slices.Clone(n.w1), slices.Clone(n.b1), slices.Clone(n.w2), slices.Clone(n.b2)
	for i := range next.w1 {
		next.w1[i] -= networkRate * n.l2 * n.w1[i]
	}
	for i := range next.w2 {
		next.w2[i] -= networkRate * n.l2 * n.w2[i]
	}
	scale := float64(1 / float32(n.rows))
	h, dz := make([]float64, n.hidden), make([]float64, n.hidden)
	for _, image := range picked {
		x := n.data[image*n.in:][:n.in]
		copy(h, n.b1)
		for k, v := range x {
			if v != 0 {
				for j := range h {
					h[j] += pixelScale * v * n.w1[k*n.hidden+j]
				}
			}
		}
		z := slices.Clone(n.b2)
		for j := range h {
			h[j] = max(h[j], 0)
			most = max(most, h[j])
			for c := range z {
				z[c] += h[j] * n.w2[j*n.classes+c]
			}
		}
		l, gradient, hit, bound := softmax(z, int(n.labels[image]))
		loss, limit = loss+l, limit+bound
		if hit {
			hits++
		}
		for j := range h {
			dz[j] = 0
			for c, g := range gradient {
				dz[j] += scale * g * n.w2[j*n.classes+c]
				next.w2[j*n.classes+c] -= networkRate * h[j] * scale * g
			}
			if !(h[j] > 0) {
				dz[j] = 0
			}
			next.b1[j] -= networkRate * dz[j]
		}
		for c, g := range gradient {
			next.b2[c] -= networkRate * scale * g
		}
		for k, v := range x {
			if v != 0 {
				for j, d := range dz {
					next.w1[k*n.hidden+j] -= networkRate * pixelScale * v * d
				}
			}
		}
	}
	return next, loss, limit, hits, most
}

// twoLayerTrials are those of two_layer_sgd. The sizes lie around those of a word of
// four bytes, of a warp, of two and of 128 rows, and of 16 classes.
func twoLayerTrials(all bool) (list []trial) {
	shapes := []shape{{1, 4, 1, 2, 1}, {3, 28, 9, 10, 2}, {33, 36, 4, 10, 1}, {65, 20, 5, 3, 2}, {128, 100, 12, 16, 1}, {5, 1040, 2, 10, 1}, {22, 8, 5, 4, 1}, {27, 8, 5, 4, 1}}
	for n := range maxClasses {
		shapes = append(shapes, shape{n + 4, 8, 3, n + 1, 1}) // and numbers of rows around 16
	}
	if all {
		shapes = append(shapes, shape{127, 784, 13, 10, 3}, shape{2, 2048, 3, 10, 2}, shape{100, 28, 70, 10, 2})
	}
	for _, n := range sizes(all) {
		shapes = append(shapes, shape{n, 12, 6, 10, 1}, shape{3, 4 * n, 5, 3, 1}, shape{4, 8, n, 2, 2})
	}
	for i, z := range shapes {
		for _, units := range []int{4, 8} {
			list = append(list, z.trial(units, 0.25*float64((i+units/4)%2), weightKinds[0]))
		}
	}
	for _, kind := range weightKinds {
		list = append(list, shape{9, 8, 5, 10, 1}.trial(4, 0.25, kind))
	}
	if all {
		list = append(list, deepTrials()...)
	}
	return list
}

// shape is the size of a network and of its batch, and how many steps are taken.
type shape struct{ rows, in, hidden, classes, steps int }

func (z shape) trial(units int, l2 float64, kind weightKind) trial {
	return trial{fmt.Sprintf("two_layer_sgd, %+v, %d units, L2 %v, %s", z, units, l2, kind.name),
		func(s *stage) { s.twoLayer(s.network(z.rows, z.in, z.hidden, z.classes, l2, units, kind), z.steps) }}
}

// deepTrials reach what only large sizes do: more than 32 images for a warp to fetch,
// more words than its lanes fetch at once, images that end at each of those, and a sum
// over blocks with each number of rounds and of what is left over.
func deepTrials() []trial {
	list := []trial{shape{70, 1040, 3, 10, 2}.trial(4, 0, weightKinds[0]), shape{70, 1040, 3, 10, 2}.trial(8, 0, weightKinds[0])}
	list = append(list, shape{1, 4, 200, 2, 1}.trial(8, 0, weightKinds[0]))
	for i := range 8 {
		list = append(list, shape{64, 4 * (32*i + 5), 1, 2, 1}.trial(4, 0, weightKinds[0]))
	}
	for _, blocks := range []int{64, 97, 170, 225, 260} {
		list = append(list, shape{1, 4, 4 * blocks, 2, 1}.trial(4, 0, weightKinds[0]))
	}
	return list
}

// twoLayer compares the first step with float64 loops, and all steps in one launch with
// launches of one each, bit by bit. The limits are those of all backends: gradients of
// hidden units are off by 18u times classes and scale, and a sum over rows comes on top.
func (s *stage) twoLayer(n network, steps int) {
	r, picked := s.start(n, steps)
	s.take(n, r, 1)
	want, loss, limit, hits, most := n.after(picked[:n.rows])
	sums := 2*math.Sqrt(float64(n.rows)) + 2
	bound := func(input, gradient float64) func(int) float64 {
		return within(networkRate*u*input*(gradient+2*sums) + 8*u)
	}
	first, last := bound(max(1, largest), 18*float64(n.classes)), bound(max(1, most), 16)
	check[float32](s, r.w1, want.w1, first)
	check[float32](s, r.b1, want.b1, first)
	check[float32](s, r.w2, want.w2, last)
	check[float32](s, r.b2, want.b2, func(i int) float64 { return last(i) + 8*u*math.Abs(want.b2[i]) })
	wantLoss, wantHits := []float64{1, 2 + loss, 3, 4}, []float64{1, 2 + hits, 3, 4}
	check[float64](s, r.loss, wantLoss[:1+steps], func(i int) float64 { return limit * float64(i%2) })
	check[int32](s, r.hits, wantHits[:1+steps], exactly)
	check[int32](s, r.step, []float64{2}, exactly)
	if s.err != nil || steps == 1 {
		return
	}
	for range steps - 1 {
		s.take(n, r, 1)
	}
	again := r
	again.w1, again.b1, again.w2, again.b2 = buffer[float32](s, "w1", n.w1), buffer[float32](s, "b1", n.b1), buffer[float32](s, "w2", n.w2), buffer[float32](s, "b2", n.b2)
	again.tally = s.counters(steps)
	again.step = buffer[int32](s, "step", []float64{1})
	again.cursor = buffer[int32](s, "cursor", []float64{values[int32](s, r.cursor)[0] - float64(steps*n.rows)})
	s.take(n, again, steps)
	if s.err != nil {
		return
	}
	check[float32](s, again.w1, values[float32](s, r.w1), exactly)
	check[float32](s, again.b1, values[float32](s, r.b1), exactly)
	check[float32](s, again.w2, values[float32](s, r.w2), exactly)
	check[float32](s, again.b2, values[float32](s, r.b2), exactly)
	check[float64](s, again.loss, values[float64](s, r.loss), exactly)
	check[int32](s, again.hits, values[int32](s, r.hits), exactly)
	check[int32](s, again.step, values[int32](s, r.step), exactly)
	check[int32](s, again.cursor, values[int32](s, r.cursor), exactly)
}
