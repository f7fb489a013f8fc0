package kernel

import "unsafe"

const (
	// Width is the number of columns of a panel.
	Width = 16

	rowBytes = 4 * Width // of a panel's row: one cache line
)

// Matrix is a matrix stored in panels: the first columns row by row, then the next
// ones, and so on. A few columns of many rows are thus close together whatever the
// number of columns, which a kernel never has to know. If the last panel is wider than
// what is left of the matrix, the rest of it holds meaningless numbers.
//
// Panels have 16 columns for the kernels, or all of the matrix's columns for a BLAS.
type Matrix struct {
	Data       []float32
	Rows, Cols int
	Width      int // columns of a panel
	Stride     int // floats from panel to panel: Width times the number of rows that there is room for
}

// NewMatrix allocates a matrix.
func NewMatrix(rows, cols, width int) Matrix {
	m := Matrix{Rows: rows, Cols: cols, Width: width, Stride: rows * width}
	m.Data = aligned(m.Panels() * m.Stride)
	return m
}

// aligned allocates n floats that start on a cache line.
func aligned(n int) []float32 {
	const line = rowBytes / 4
	data := make([]float32, n+line-1)
	misaligned := int(uintptr(unsafe.Pointer(unsafe.SliceData(data)))%rowBytes) / 4
	start := (line - misaligned) % line
	return data[start : start+n]
}

// A Buffer is memory that matrices use one after another.
type Buffer struct{ data []float32 }

// Reserve allocates what a (rows, cols) matrix in panels of 16 needs.
func (b *Buffer) Reserve(rows, cols int) {
	if n := b.As(rows, cols).Panels() * rows * Width; len(b.data) < n {
		b.data = aligned(n)
	}
}

// As returns the memory as a matrix that it was reserved for. It still holds what the
// last matrix left there.
func (b *Buffer) As(rows, cols int) Matrix {
	return Matrix{Data: b.data, Rows: rows, Cols: cols, Width: Width, Stride: rows * Width}
}

// Panels is the number of panels.
func (m Matrix) Panels() int { return (m.Cols + m.Width - 1) / m.Width }

// Panel returns panel p, row by row.
func (m Matrix) Panel(p int) []float32 { return m.panels(p, 1) }

// panels returns the memory from the beginning of panel p to the end of panel
// p+n-1.
func (m Matrix) panels(p, n int) []float32 {
	return m.Data[p*m.Stride : (p+n-1)*m.Stride+m.Rows*m.Width]
}

// Piece returns the part of row i that is in panel p.
func (m Matrix) Piece(i, p int) []float32 {
	return m.Panel(p)[i*m.Width:][:min(m.Width, m.Cols-p*m.Width)]
}

// Slice returns the rows from first to before end, in the same memory.
func (m Matrix) Slice(first, end int) Matrix {
	if first < 0 || end < first || end > m.Rows {
		panic("kernel: rows outside a matrix")
	}
	m.Data, m.Rows = m.Data[first*m.Width:], end-first
	return m
}

// TransposePanel sets panel p of m, which has 16 columns, to panel p of the transpose
// of w.
func (m Matrix) TransposePanel(w Matrix, p int) {
	mustMatch(m.Width == Width && w.Width == Width && m.Rows == w.Cols && m.Cols == w.Rows)
	rows := min(Width, w.Rows-p*Width)
	for q := range w.Panels() {
		src := w.Panel(q)[p*Width*Width:][:rows*Width]
		dst := m.Panel(p)[q*Width*Width:]
		for i := range min(Width, w.Cols-q*Width) {
			row := dst[i*Width:][:rows]
			for j := range row {
				row[j] = src[j*Width+i]
			}
		}
	}
}
