package kernel

import (
	"encoding/binary"
	"math"
	"slices"
)

// generic is the set in plain Go.
var generic = &Set{
	Name:          "generic",
	fetch:         func([]uint8) {},
	listBytes:     listBytesGeneric,
	sparseForward: []sparseForwardFunc{sparseForwardGeneric},
	sparseAdd:     []sparseAddFunc{sparseAddGeneric},
	panels:        1,
	denseForward:  denseForwardGeneric,
	denseMasked:   denseMaskedGeneric,
	denseAdd:      denseAddGeneric,
	columns:       Width,
	momentum:      momentumGeneric,
	adam:          adamGeneric,
}

// listBytesGeneric writes each byte to where the next entry goes, and moves on if
// it was not zero. A jump would be hard to predict.
func listBytesGeneric(entries []Entry, src []uint8, offset uint32, scale float32) (count int) {
	for j := 0; j < len(src); j += 8 {
		word := binary.LittleEndian.Uint64(src[j:])
		if word == 0 {
			continue
		}
		for k := range 8 {
			v := uint32(uint8(word >> (8 * k)))
			entries[count] = Entry{offset + uint32((j+k)*rowBytes), scale * float32(v)}
			count += int((v + 255) >> 8)
		}
	}
	return count
}

// sums is a row of a panel.
type sums [Width]float32

// add adds the product of a list by a panel. A half of the panel at a time
// leaves the sums in registers.
func (s *sums) add(list []Entry, panel []float32) {
	addHalf((*[Width / 2]float32)(s[:]), list, panel)
	addHalf((*[Width / 2]float32)(s[Width/2:]), list, panel[Width/2:])
}

func addHalf(s *[Width / 2]float32, list []Entry, panel []float32) {
	s0, s1, s2, s3, s4, s5, s6, s7 := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
	for _, e := range list {
		v, row := e.Value, (*[Width / 2]float32)(panel[e.Offset/4:])
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

// store computes y = max(s, floor) and keeps NaN.
func (s *sums) store(y []float32, floor float32) {
	for j, v := range s {
		if y[j] = v; v < floor {
			y[j] = floor
		}
	}
}

// addTo computes out += alpha·s.
func (s *sums) addTo(out []float32, alpha float32) {
	for j := range s {
		out[j] += alpha * s[j]
	}
}

func sparseForwardGeneric(y []float32, _ int, w []float32, _ int, x []Span, entries []Entry, start []float32, _, startStep int, floor float32) {
	for i, list := range x {
		s := sums(start[i*startStep:][:Width])
		s.add(entries[list.Begin:list.End], w)
		s.store(y[i*Width:][:Width], floor)
	}
}

func sparseAddGeneric(dw []float32, _ int, dy []float32, _ int, x []Span, entries []Entry, alpha float32) {
	for i, list := range x {
		if list.Begin == list.End {
			continue
		}
		var s sums
		s.add(entries[list.Begin:list.End], dy)
		s.addTo(dw[i*Width:][:Width], alpha)
	}
}

func denseForwardGeneric(y, x []float32, xStride int, w []float32, in int, rows []uint32, b []float32, floor float32) {
	for _, offset := range rows {
		s := sums(b)
		s.addRow(x[offset/4:], xStride, in, w)
		s.store(y[offset/4:][:Width], floor)
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

// elements is room for a part of a row or column of a dense matrix.
type elements struct {
	list  [8 * Width]Entry
	count int
}

// put adds an element, unless it is zero. It writes first and then moves on, or
// not: a jump would be hard to predict where half of the elements are zero.
func (e *elements) put(offset uint32, v float32) {
	e.list[e.count] = Entry{offset, v}
	magnitude := math.Float32bits(v) << 1
	e.count += int((magnitude | -magnitude) >> 31)
}

// addRow adds the product of a row, which lies in panels, by a panel.
func (s *sums) addRow(row []float32, stride, n int, panel []float32) {
	var part elements
	for first := 0; first < n; first += len(part.list) {
		part.count = 0
		for c := first; c < min(first+len(part.list), n); c += Width {
			for j, v := range row[c/Width*stride:][:min(Width, n-c)] {
				part.put(uint32((c+j)*rowBytes), v)
			}
		}
		s.add(part.list[:part.count], panel)
	}
}

// denseAddGeneric takes as many columns of x as dw has rows.
func denseAddGeneric(dw, x, dy []float32, rows []uint32, alpha float32) {
	var part elements
	for c := range len(dw) / Width {
		var s sums
		for some := range slices.Chunk(rows, len(part.list)) {
			part.count = 0
			for _, offset := range some {
				part.put(offset, x[int(offset/4)+c])
			}
			s.add(part.list[:part.count], dy)
		}
		s.addTo(dw[c*Width:][:Width], alpha)
	}
}
