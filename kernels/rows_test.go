package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"

	"mnistgpu/kernels/ptx"
)

// rowTrials are those of gathered rows and split numbers.
func rowTrials(all bool) (list []trial) {
	for _, cols := range append(sizes(all, 1, 3, 4, 33, 64, 70), 784, 1025, 1028) {
		for _, rows := range []int{1, 5} {
			name := fmt.Sprintf("%d rows of %d", rows, cols)
			list = append(list,
				trial{"gather_rows, " + name, func(s *stage) { s.gather(rows, cols) }},
				trial{"gather_halves, " + name, func(s *stage) { s.gatherHalves(rows, cols) }})
			for _, kind := range []struct {
				name    string
				numbers generator
			}{{"normal", normal}, {"special", special}, {"tiny", func(r *rand.Rand) float64 { return math.Ldexp(r.NormFloat64(), -140) }}} {
				for _, blocks := range []int{1, 3} {
					list = append(list, trial{fmt.Sprintf("split, %s numbers, %s, %d blocks", kind.name, name, blocks),
						func(s *stage) { s.split(rows, cols, blocks, kind.numbers) }})
				}
			}
		}
	}
	return list
}

func pixel(r *rand.Rand) float64 { return float64(r.IntN(256)) }

func (s *stage) gather(rows, cols int) {
	const images = 9
	data := s.numbers(pixel, images*cols)
	picked, order, cursor, offset := s.order(rows, images)
	scale := float32(1) / 255
	var want []float64
	for _, row := range picked {
		for _, v := range data[row*cols:][:cols] {
			want = append(want, float64(scale*float32(v)))
		}
	}
	x := unset[float32](s, "x", rows*cols)
	s.launch("gather_rows", line(rows, 256), x, readOnly[uint8](s, "data", data), order, cursor, offset, cols, scale)
	check[float32](s, x, want, exactly)
}

// halves decodes float16 numbers.
func halves(bits []float64) []float64 {
	list := make([]float64, len(bits))
	for i, b := range bits {
		exponent, fraction := int(b)>>10&31, float64(int(b)&1023)
		switch exponent {
		case 0:
			list[i] = math.Ldexp(fraction, -24)
		case 31:
			list[i] = math.Inf(1)
			if fraction > 0 {
				list[i] = math.NaN()
			}
		default:
			list[i] = math.Ldexp(1024+fraction, exponent-25)
		}
		if int(b)>>15 > 0 {
			list[i] = -list[i]
		}
	}
	return list
}

func (s *stage) gatherHalves(rows, cols int) {
	const images = 9
	data := s.numbers(pixel, images*cols)
	picked, order, cursor, offset := s.order(rows, images)
	x := unset[uint16](s, "x", rows*2*cols)
	s.launch("gather_halves", line(rows, 256), x, readOnly[uint8](s, "data", data), order, cursor, offset, cols)
	got := halves(values[uint16](s, x))
	for i, row := range picked {
		for j, v := range data[row*cols:][:cols] {
			if low, high := got[i*2*cols+j], got[i*2*cols+cols+j]; s.err == nil && (low != v/2048 || high != v) {
				s.failf("row %d, column %d is %v and %v, must be %v and %v", i, j, low, high, v/2048, v)
			}
		}
	}
}

// split runs split_scale and split, once for weights and once for an update.
func (s *stage) split(rows, cols, blocks int, numbers generator) {
	n := rows * cols
	v := s.numbers(numbers, n)
	peak := 0.0
	for _, x := range v {
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			peak = max(peak, math.Abs(x))
		}
	}
	// The exponent of a subnormal number is that of its bits, as small as any.
	exponent := max(math.Ilogb(peak), -127)
	if peak < 0x1p-126 {
		exponent = -127
	}
	scale := math.Ldexp(1, min(14-exponent, 100))
	const rate, factor, beta = 0.5, 0.25, 0.75

	scales, finished := unset[float32](s, "scales", 5), buffer[int32](s, "finished", []float64{0})
	bv := readOnly[float32](s, "v", v)
	for _, update := range []bool{false, true} {
		lr, step, first := any(nil), any(nil), float32(factor)
		if update {
			lr, step, first = s.rates(rate), s.step(), -rate*factor
		}
		s.launch("split_scale", line(blocks, 256), scales, unset[int32](s, "peaks", blocks), finished, bv, lr, step, n, float32(factor), float32(beta))
		product := float64(first) / scale
		check[float32](s, scales, []float64{product, beta, product, 1, scale}, exactly)
		check[int32](s, finished, []float64{0}, exactly)
	}
	out := unset[uint16](s, "out", 2*n)
	s.launch("split", line((n+1023)/1024, 256), out, bv, scales, rows, cols)
	if s.err == nil {
		s.checkParts(halves(values[uint16](s, out)), v, rows, cols, scale)
	}
}

// checkParts requires the error that split.cu states: 2^-23 of the scaled number, or
// 2^-36.
func (s *stage) checkParts(got, v []float64, rows, cols int, scale float64) {
	for i, x := range v {
		row, col := i/cols, i%cols
		low, high := got[row*2*cols+col], got[row*2*cols+cols+col]
		x *= scale
		switch {
		case math.IsNaN(x) && math.IsNaN(high) && low == 0, math.IsInf(x, 0) && high == x && low == 0:
		case !(math.Abs(x-high-low/2048) <= max(0x1p-23*math.Abs(x), 0x1p-36)):
			s.failf("number %d: %v and %v do not add up to %v", i, high, low, x)
		case math.Abs(x-high) > max(0x1p-11*math.Abs(x), 0x1p-25):
			s.failf("number %d: %v is not the float16 nearest to %v", i, high, x)
		}
	}
}

// biasTrials are those of sums over columns.
func biasTrials(all bool) (list []trial) {
	for _, cols := range sizes(all, 1, 10, 32, 33, 70) {
		for _, rows := range sizes(false, 1, 2, 16, 17, 33, 70) {
			for _, kind := range kinds {
				name := fmt.Sprintf("%s numbers, %d rows of %d", kind.name, rows, cols)
				list = append(list, trial{"bias_sgd_step, " + name, func(s *stage) { s.biasSGD(rows, cols, kind.numbers, kind.roundings) }})
				for _, slab := range []int{rows, 19} {
					for accumulate := range 2 {
						list = append(list, trial{fmt.Sprintf("bias_gradient, %s, slabs of %d, accumulate %d", name, slab, accumulate),
							func(s *stage) { s.biasGradient(rows, cols, slab, accumulate, kind.numbers, kind.roundings) }})
					}
				}
			}
		}
	}
	return list
}

func (s *stage) biasGradient(rows, cols, slab, accumulate int, numbers generator, rounded int) {
	slabs := (rows + slab - 1) / slab
	dy, want := s.numbers(numbers, rows*cols), make([]float64, slabs*cols)
	db := unset[float32](s, "db", slabs*cols)
	if accumulate == 1 {
		want = s.numbers(numbers, slabs*cols)
		db = buffer[float32](s, "db", want)
	}
	size := make([]float64, len(want))
	for i := range want {
		size[i] = math.Abs(want[i])
	}
	for i, v := range dy {
		at := i/cols/slab*cols + i%cols
		want[at] += v
		size[at] += math.Abs(v)
	}
	s.launch("bias_gradient", ptx.Grid{Blocks: ptx.Dim{X: (cols + 31) / 32, Y: slabs}, Threads: ptx.Dim{X: 32, Y: 16}},
		db, readOnly[float32](s, "dy", dy), rows, cols, slab, accumulate)
	check[float32](s, db, want, summing((min(slab, rows)+1)*rounded, size))
}

// biasSGD allows two roundings on top of those of the sum.
func (s *stage) biasSGD(rows, cols int, numbers generator, rounded int) {
	dy, b := s.numbers(numbers, rows*cols), s.numbers(numbers, cols)
	const rate = 0.5
	want, size := make([]float64, cols), make([]float64, cols)
	for i, v := range dy {
		want[i%cols] -= rate * v
		size[i%cols] += rate * math.Abs(v)
	}
	for j, v := range b {
		want[j] += v
		size[j] += math.Abs(v)
	}
	grid := ptx.Grid{Blocks: ptx.Dim{X: (cols + 31) / 32}, Threads: ptx.Dim{X: 32, Y: 16}}
	bb, bdy, scales := buffer[float32](s, "b", b), readOnly[float32](s, "dy", dy), unset[float32](s, "scales", 2)
	s.launch("bias_sgd_step", grid, bb, scales, bdy, s.rates(rate), s.step(), rows, cols)
	check[float32](s, bb, want, summing((rows+2)*rounded, size))
	check[float32](s, scales, []float64{-rate, 1}, exactly)
	again := buffer[float32](s, "b", b)
	s.launch("bias_sgd_step", grid, again, nil, bdy, s.rates(rate), s.step(), rows, cols)
	check[float32](s, again, values[float32](s, bb), exactly)
}
