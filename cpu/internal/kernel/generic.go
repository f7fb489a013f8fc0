package kernel

import (
	"math"
	"slices"
)

// generic is the set in plain Go.
var generic = &Set{
	Name:         "generic",
	fetch:        func([]uint8) {},
	listPair:     listPairGeneric,
	transpose:    transposeGeneric,
	sparse:       []sparseFunc{sparseGeneric},
	panels:       1,
	denseForward: denseForwardGeneric,
	denseMasked:  denseMaskedGeneric,
	denseAdd:     denseAddGeneric,
	columns:      Width,
	momentum:     momentumGeneric,
	adam:         adamGeneric,
}

// listPairGeneric writes each entry to the end of all three lists, and then advances
// only the list that it belongs to: a branch would be mispredicted.
func listPairGeneric(p *Pair, first, second []uint8, rows []uint32) {
	second, rows = second[:len(first)], rows[:len(first)]
	n := p.counts
	for j, a := range first {
		b := second[j]
		if a|b == 0 {
			continue
		}
		e := rows[j] | uint32(a)<<firstShift | uint32(b)<<secondShift
		p.entries[both][n[both]], p.entries[firstOnly][n[firstOnly]], p.entries[secondOnly][n[secondOnly]] = e, e, e
		inFirst, inSecond := (uint32(a)+255)>>8, (uint32(b)+255)>>8
		n[both] += inFirst & inSecond
		n[firstOnly] += inFirst &^ inSecond
		n[secondOnly] += inSecond &^ inFirst
	}
	p.counts = n
}

// transposeGeneric makes as many rows as dst has room for.
func transposeGeneric(dst []uint8, stride int, src []uint8, rows []int) {
	for j := range len(dst) / stride {
		to := dst[j*stride:][:len(rows)]
		for i, start := range rows {
			to[i] = src[start+j]
		}
	}
}

// sums is a row of a panel.
type sums [Width]float32

// add adds the product of a list and a panel. It takes half of the panel at a time, so
// that the sums stay in registers.
func (s *sums) add(offsets []uint32, values, panel []float32) {
	addHalf((*[Width / 2]float32)(s[:]), offsets, values, panel)
	addHalf((*[Width / 2]float32)(s[Width/2:]), offsets, values, panel[Width/2:])
}

func addHalf(s *[Width / 2]float32, offsets []uint32, values, panel []float32) {
	values = values[:len(offsets)]
	s0, s1, s2, s3, s4, s5, s6, s7 := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
	for i, offset := range offsets {
		v, row := values[i], (*[Width / 2]float32)(panel[offset/4:])
		s0 += v * row[0]
		s1 += v * row[1]
		s2 += v * row[2]
		s3 += v * row[3]
		s4 += v * row[4]
		s5 += v * row[5]
		s6 += v * row[6]
		s7 += v * row[7]
	}
	*s = [Width / 2]float32{s0, s1, s2, s3, s4, s5, s6, s7}
}

// store computes out = max(start + alpha·s, floor) and keeps NaN.
func (s *sums) store(out, start []float32, alpha, floor float32) {
	for j, v := range s {
		v = start[j] + alpha*v
		if out[j] = v; v < floor {
			out[j] = floor
		}
	}
}

func sparseGeneric(out []float32, _, rows int, start []float32, _, startStep int, m []float32, _ int, x []Pair, values []float32, alpha, floor float32) {
	inPlace := startStep != 0 && floor == noFloor
	var part elements
	for i := range rows {
		p := &x[i/2]
		list, shift := firstOnly, firstShift
		if i%2 == 1 {
			list, shift = secondOnly, secondShift
		}
		part.count = 0
		for _, l := range [2]int{both, list} {
			for _, e := range p.entries[l][:p.counts[l]] {
				part.put(e%maxRows*rowBytes, values[uint8(e>>shift)])
			}
		}
		if inPlace && part.count == 0 {
			continue
		}
		var s sums
		s.add(part.offsets[:part.count], part.values[:], m)
		s.store(out[i*Width:][:Width], start[i*startStep:], alpha, floor)
	}
}

func denseForwardGeneric(y, x []float32, xStride int, w []float32, in int, rows []uint32, b []float32, floor float32) {
	for _, offset := range rows {
		var s sums
		s.addRow(x[offset/4:], xStride, in, w)
		s.store(y[offset/4:][:Width], b, 1, floor)
	}
}

func denseMaskedGeneric(dx, dy []float32, dyStride int, w []float32, out int, rows []uint32, x []float32) {
	for _, offset := range rows {
		var s sums
		s.addRow(dy[offset/4:], dyStride, out, w)
		row := dx[offset/4:][:Width]
		copy(row, s[:])
		for j, v := range x[offset/4:][:Width] {
			if v <= 0 {
				row[j] = 0
			}
		}
	}
}

// elements holds the non-zero elements of a part of a row or column.
type elements struct {
	offsets [stripCols]uint32
	values  [stripCols]float32
	count   int
}

// put adds an element, unless it is zero. It always writes the element and moves on
// only if it is not zero: a branch would be mispredicted where half of the elements are
// zero.
func (e *elements) put(offset uint32, v float32) {
	e.offsets[e.count], e.values[e.count] = offset, v
	magnitude := math.Float32bits(v) << 1
	e.count += int((magnitude | -magnitude) >> 31)
}

// addRow adds the product of a row, which is stored in panels, and a panel.
func (s *sums) addRow(row []float32, stride, n int, panel []float32) {
	var part elements
	for first := 0; first < n; first += len(part.offsets) {
		part.count = 0
		for c := first; c < min(first+len(part.offsets), n); c += Width {
			for j, v := range row[c/Width*stride:][:min(Width, n-c)] {
				part.put(uint32((c+j)*rowBytes), v)
			}
		}
		s.add(part.offsets[:part.count], part.values[:], panel)
	}
}

// denseAddGeneric uses as many columns of x as dw has rows.
func denseAddGeneric(dw, x, dy []float32, rows []uint32, alpha float32) {
	var part elements
	for c := range len(dw) / Width {
		var s sums
		for some := range slices.Chunk(rows, len(part.offsets)) {
			part.count = 0
			for _, offset := range some {
				part.put(offset, x[int(offset/4)+c])
			}
			s.add(part.offsets[:part.count], part.values[:], dy)
		}
		s.store(dw[c*Width:][:Width], dw[c*Width:], alpha, noFloor)
	}
}
