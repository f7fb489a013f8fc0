package kernel

import "math"

// noBias and noFloor leave a product as it is.
var (
	noBias  = make([]float32, Width)
	noFloor = float32(math.Inf(-1))
)

// A Block is the part of a matrix that one call computes: Panels panels from Panel on,
// at most as many as [Set.Panels] says, and in them the pairs of rows from First to
// before End.
type Block struct{ Panel, Panels, First, End int }

// Panels returns the number of panels that a sparse kernel should compute at a time,
// and the most that it can. Going through the lists once for all of them is faster, as
// long as their rows fit into the L1 cache.
func (s *Set) Panels() (best, most int) { return s.panels, len(s.sparse) }

// SparseForward computes a block of y = max(x·w + b, floor), strip by strip: the first
// strip starts from b, and each of the others from the sums so far.
//
// Shapes: y (B, Out), x (B, In), w (In, Out), b (1, Out).
func (s *Set) SparseForward(y Matrix, x *Lists, w, b Matrix, floor float32, part Block) {
	mustMatch(x.inner == w.Rows && x.rows == y.Rows && b.Rows == 1)
	y = part.of(y)
	start, step, bound := b, 0, noFloor
	for i := range x.Strips() {
		if i == x.Strips()-1 {
			bound = floor
		}
		s.multiply(y, start, step, w, x, i, 1, bound, part)
		start, step = y, Width
	}
}

// SparseAdd computes a block of dw += alpha·x·dy, where x is already transposed.
//
// Shapes: dw (In, Out), x (In, B), dy (B, Out).
func (s *Set) SparseAdd(dw Matrix, x *Lists, dy Matrix, alpha float32, part Block) {
	mustMatch(x.inner == dy.Rows && x.rows == dw.Rows)
	dw = part.of(dw)
	for i := range x.Strips() {
		s.multiply(dw, dw, Width, dy, x, i, alpha, noFloor, part)
	}
}

// AddSums computes db += alpha·Σᵢ dyᵢ over the active rows, in n panels from
// panel p on.
//
// Shapes: db (1, Out), dy (B, Out).
func (s *Set) AddSums(db, dy Matrix, active *Active, alpha float32, p, n int) {
	s.SparseAdd(db, &active.ones, dy, alpha, Block{p, n, 0, 1})
}

// of returns the rows of a block of m.
func (part Block) of(m Matrix) Matrix { return m.Slice(2*part.First, min(2*part.End, m.Rows)) }

// multiply computes out = max(start + alpha·x·m, floor) in a block's panels, where x is
// one strip of the lists. The rows of out are those of the block.
func (s *Set) multiply(out, start Matrix, startStep int, m Matrix, x *Lists, strip int, alpha, floor float32, part Block) {
	p, n := part.Panel, part.Panels
	pairs := x.strip(strip)[part.First:part.End]
	mustMatch(x.whole(pairs))
	m = m.Slice(strip*x.first, m.Rows)
	s.sparse[n-1](out.panels(p, n), out.Stride, out.Rows, start.panels(p, n), start.Stride, startStep,
		m.panels(p, n), m.Stride, pairs, x.values, alpha, floor)
}

// DenseForward computes y = max(x·w + b, floor) in panel p and in the tiles of
// active rows from first to before end.
//
// Shapes: y (B, Out), x (B, In), w (In, Out), b (1, Out).
func (s *Set) DenseForward(y, x, w, b Matrix, floor float32, active *Active, p, first, end int) {
	mustMatch(active.rows == y.Rows && x.Rows == y.Rows && x.Cols == w.Rows && b.Rows == 1)
	s.denseForward(y.Panel(p), x.panels(0, x.Panels()), x.Stride, w.Panel(p), x.Cols,
		active.tiles(first, end), b.Panel(p), floor)
}

// DenseProduct computes dx = dy·w in panel p of the active rows and sets the other rows
// to zero. The operand w is already transposed.
//
// Shapes: dx (B, In), dy (B, Out), w (Out, In).
func (s *Set) DenseProduct(dx, dy, w Matrix, active *Active, p int) {
	clearInactive(dx, active, p)
	mustMatch(dy.Rows == dx.Rows && dy.Cols == w.Rows)
	s.denseForward(dx.Panel(p), dy.panels(0, dy.Panels()), dy.Stride, w.Panel(p), dy.Cols,
		active.offsets, noBias, noFloor)
}

// DenseMasked computes dx = (dy·w) ⊙ (x > 0) like DenseProduct.
//
// Shapes: dx and x (B, In), dy (B, Out), w (Out, In).
func (s *Set) DenseMasked(dx, dy, w, x Matrix, active *Active, p int) {
	clearInactive(dx, active, p)
	mustMatch(x.Rows == dx.Rows && dy.Rows == dx.Rows && dy.Cols == w.Rows)
	s.denseMasked(dx.Panel(p), dy.panels(0, dy.Panels()), dy.Stride, w.Panel(p), dy.Cols,
		active.offsets, x.Panel(p))
}

func clearInactive(m Matrix, active *Active, p int) {
	mustMatch(active.rows == m.Rows)
	if active.count < active.rows {
		clear(m.Panel(p))
	}
}

// DenseAdd computes dw += alpha·xᵀ·dy over the active rows, in panel p of dw
// and in those rows of it that belong to panel q of x.
//
// Shapes: dw (In, Out), x (B, In), dy (B, Out).
func (s *Set) DenseAdd(dw, x, dy Matrix, active *Active, alpha float32, p, q int) {
	mustMatch(active.rows == x.Rows && x.Rows == dy.Rows && x.Cols == dw.Rows)
	columns, end := x.Panel(q), min((q+1)*Width, dw.Rows)
	for i := q * Width; i < end; i += s.columns {
		s.denseAdd(dw.Panel(p)[i*Width:min(i+s.columns, end)*Width], columns[i%Width:], dy.Panel(p), active.rowOffsets(), alpha)
	}
}

func mustMatch(shapes bool) {
	if !shapes {
		panic("kernel: operands of other shapes")
	}
}
