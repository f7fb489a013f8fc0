package cpu

import (
	"gonum.org/v1/gonum/blas/blas32"

	"mnistgpu/internal/backend"
)

// rowGrain is the least number of rows that is worth another thread.
const rowGrain = 32

// input returns the given rows of x, or all of them if rows is nil. Unless x is
// a tensor that is wanted whole, they lie in scratch that the next call
// overwrites.
func (b *Backend) input(x backend.Input, rows []int) blas32.General {
	if t, ok := x.(backend.Tensor); ok {
		m := general(t)
		if rows == nil {
			return m
		}
		b.inputs = grow(b.inputs, len(rows)*m.Cols)
		return pack(b.inputs, m, rows)
	}
	return b.gather(x.(backend.Rows), rows)
}

// gather forms the given rows of the matrix that x stands for.
func (b *Backend) gather(x backend.Rows, rows []int) blas32.General {
	n := x.Count
	if rows != nil {
		n = len(rows)
	}
	b.inputs = grow(b.inputs, n*x.Data.Cols)
	m := matrix(b.inputs, n, x.Data.Cols)
	parallel(n, rowGrain, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			from := i
			if rows != nil {
				from = rows[i]
			}
			scaleBytes(row(m, i), byteRow(x, from), x.Scale)
		}
	})
	return m
}

// byteRow returns row i of the batch, where it lies in the data.
func byteRow(x backend.Rows, i int) []uint8 {
	start := int(data[int32](x.Cursor)[0]) + x.Offset
	n := int(data[int32](x.Order)[start+i])
	return data[uint8](x.Data)[n*x.Data.Cols : (n+1)*x.Data.Cols]
}

// scaleBytes computes dst[j] = scale·src[j].
func scaleBytes(dst []float32, src []uint8, scale float32) {
	for j, v := range src {
		dst[j] = scale * float32(v)
	}
}

// activeRows lists the rows of m that are not all zero. It returns nil if that
// is every row.
//
// With raw pixels the softmax saturates: images that are classified with
// certainty have a gradient of exactly zero, soon four of five. Leaving them
// out changes no sum.
func (b *Backend) activeRows(m blas32.General) []int {
	b.active = b.active[:0]
	for i := range m.Rows {
		for _, v := range row(m, i) {
			if v != 0 {
				b.active = append(b.active, i)
				break
			}
		}
	}
	if len(b.active) == m.Rows {
		return nil
	}
	return b.active
}

// pack copies the given rows of m to dst and returns them as a matrix.
func pack(dst []float32, m blas32.General, rows []int) blas32.General {
	packed := matrix(dst, len(rows), m.Cols)
	for i, from := range rows {
		copy(row(packed, i), row(m, from))
	}
	return packed
}

// spread undoes pack in place: it moves row i to rows[i], for each i, and clears
// the other rows of m.
func spread(m blas32.General, rows []int) {
	next := m.Rows
	for i := len(rows) - 1; i >= 0; i-- {
		clear(m.Data[(rows[i]+1)*m.Stride : next*m.Stride])
		copy(row(m, rows[i]), row(m, i))
		next = rows[i]
	}
	clear(m.Data[:next*m.Stride])
}

// general returns t as gonum's matrix type, in the same memory.
func general(t backend.Tensor) blas32.General {
	return matrix(data[float32](t), t.Rows, t.Cols)
}

func matrix(elements []float32, rows, cols int) blas32.General {
	return blas32.General{Rows: rows, Cols: cols, Stride: cols, Data: elements[:rows*cols]}
}

func vector(elements []float32) blas32.Vector {
	return blas32.Vector{N: len(elements), Inc: 1, Data: elements}
}

func row(m blas32.General, i int) []float32 {
	return m.Data[i*m.Stride : i*m.Stride+m.Cols]
}
