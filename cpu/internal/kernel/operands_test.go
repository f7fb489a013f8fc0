package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// problem holds the operands of every product: those of a layer of the given width that
// reads images.
type problem struct {
	rows, in, out int

	pixels  *Bytes // (rows, in)
	columns *Columns
	scale   float32
	lists   *Lists
	x       Matrix // the same pixels as numbers
	w, b    Matrix // (in, out), (1, out)
	dy      Matrix // (rows, out), of which every third row is zero
	active  *Active
	all     *Active
	flipped *Lists // columns: active rows of pixels, transposed
}

// newProblem draws operands. The given share of the pixels is not zero.
func newProblem(set *Set, seed uint64, rows, in, out int, density float64) *problem {
	draw := rand.New(rand.NewPCG(seed, 1))
	p := &problem{rows: rows, in: in, out: out, scale: 1. / 255, pixels: drawBytes(draw, rows, in, density)}
	p.x = filled(rows, in, func(i, j int) float32 { return p.scale * float32(p.pixels.Row(i)[j]) })
	normal := func(int, int) float32 { return float32(draw.NormFloat64()) }
	p.w, p.b = filled(in, out, normal), filled(1, out, normal)
	p.dy = filled(rows, out, func(i, j int) float32 {
		if i%3 == 1 {
			return 0
		}
		return normal(i, j)
	})
	p.lists, p.active, p.all = new(Lists), new(Active), new(Active)
	p.active.SetNonzero(p.dy)
	p.all.SetAll(rows)
	p.list(set)
	p.columns, p.flipped = new(Columns), new(Lists)
	p.columns.Resize(p.pixels, p.active)
	p.flipped.ResizeActive(in, p.active, p.scale)
	for i := range p.columns.Groups() {
		set.Transpose(p.columns, p.pixels, i)
		set.ListGroup(p.flipped, p.columns, i)
	}
	return p
}

// list makes the lists of the pixels.
func (p *problem) list(set *Set) {
	p.lists.Resize(p.rows, p.in, p.scale)
	for i := range p.lists.Pairs() {
		set.List(p.lists, i, p.pixels)
	}
}

// drawBytes draws rows that are stored in reverse order. The given share is not zero.
func drawBytes(draw *rand.Rand, rows, cols int, density float64) *Bytes {
	x := &Bytes{Data: make([]uint8, rows*cols), Cols: cols}
	for i := range x.Data {
		if draw.Float64() < density {
			x.Data[i] = uint8(1 + draw.IntN(255))
		}
	}
	for i := range rows {
		x.Starts = append(x.Starts, (rows-1-i)*cols)
	}
	return x
}

// filled makes a matrix. The memory outside it, the rest of its last panel and one
// spare row, is NaN.
func filled(rows, cols int, value func(i, j int) float32) Matrix {
	m := NewMatrix(rows+1, cols, Width)
	for i := range m.Data {
		m.Data[i] = float32(math.NaN())
	}
	m.Rows = rows
	for i := range rows {
		for j := range cols {
			*m.at(i, j) = value(i, j)
		}
	}
	return m
}

func (m Matrix) at(i, j int) *float32 { return &m.Panel(j / Width)[i*Width+j%Width] }

// term is a product in a sum, or the sum's first summand.
type term struct{ a, b float64 }

// expect compares each element with max(Σ terms, floor), computed in float64. The error
// of a sum of n products in any order is at most n+2 roundings of the sum of their
// absolute values.
func expect(t *testing.T, what string, got Matrix, floor float64, terms func(i, j int) []term) {
	t.Helper()
	const roundoff = 0x1p-24
	for i := range got.Rows {
		for j := range got.Cols {
			want, size, list := 0.0, 0.0, terms(i, j)
			for _, e := range list {
				want += e.a * e.b
				size += math.Abs(e.a * e.b)
			}
			v := float64(*got.at(i, j))
			if limit := float64(len(list)+2) * roundoff * size; !(math.Abs(v-max(want, floor)) <= limit) {
				t.Fatalf("%s: element %d, %d of %dx%d is %v, want %v within %.3g", what, i, j, got.Rows, got.Cols, v, max(want, floor), limit)
			}
		}
	}
	expectUntouched(t, what, got)
}

// expectUntouched checks that the row after a matrix is still NaN.
func expectUntouched(t *testing.T, what string, m Matrix) {
	t.Helper()
	for p := range m.Panels() {
		for _, v := range m.Data[p*m.Stride+m.Rows*Width : (p+1)*m.Stride] {
			if v == v {
				t.Fatalf("%s: wrote behind the last row", what)
			}
		}
	}
}
