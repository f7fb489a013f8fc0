package cpu

import (
	"slices"

	"gonum.org/v1/gonum/blas/blas32"

	"mnistgpu/internal/backend"
)

// denseScratch is the memory for the matrices that gonum multiplies.
type denseScratch struct {
	inputs    []float32
	gradients []float32
	active    []int
}

// input returns the given rows of x, or all of them if rows is nil.
func (b *Backend) input(x backend.Input, rows []int) blas32.General {
	count, cols := x.Shape()
	if t, ok := x.(backend.Tensor); ok && (rows == nil || len(rows) == count) {
		return general(t)
	}
	if rows != nil {
		count = len(rows)
	}
	d := &b.scratch.dense
	d.inputs = grow(d.inputs, count*cols)
	m := rowMajor(d.inputs, count, cols)
	b.ranges(count, func(first, end int) {
		for i := first; i < end; i++ {
			from := i
			if rows != nil {
				from = rows[i]
			}
			switch x := x.(type) {
			case backend.Tensor:
				copy(row(m, i), row(general(x), from))
			case backend.Rows:
				scaleBytes(row(m, i), byteRow(x, from), x.Scale)
			}
		}
	})
	return m
}

// ranges calls f for each part of n elements, on all threads.
func (b *Backend) ranges(n int, f func(first, end int)) {
	parts := min(n, b.pool.threads())
	b.pool.run(parts, func(part int) { f(split(n, parts, part)) })
}

// scaleBytes computes dst[j] = scale·src[j].
func scaleBytes(dst []float32, src []uint8, scale float32) {
	for j, v := range src {
		dst[j] = scale * float32(v)
	}
}

// activeRows lists the rows of m that are not all zero.
func (b *Backend) activeRows(m blas32.General) []int {
	d := &b.scratch.dense
	d.active = slices.Grow(d.active[:0], m.Rows)
	for i := range m.Rows {
		for _, v := range row(m, i) {
			if v != 0 {
				d.active = append(d.active, i)
				break
			}
		}
	}
	return d.active
}

// pack copies the given rows of m, or returns m if that is all rows.
func (b *Backend) pack(m blas32.General, rows []int) blas32.General {
	if len(rows) == m.Rows {
		return m
	}
	d := &b.scratch.dense
	d.gradients = grow(d.gradients, len(rows)*m.Cols)
	packed := rowMajor(d.gradients, len(rows), m.Cols)
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

// general returns t, which lies in one panel, as gonum's matrix type.
func general(t backend.Tensor) blas32.General {
	return rowMajor(matrix(t).Data, t.Rows, t.Cols)
}

func rowMajor(elements []float32, rows, cols int) blas32.General {
	return blas32.General{Rows: rows, Cols: cols, Stride: cols, Data: elements[:rows*cols]}
}

func vector(elements []float32) blas32.Vector {
	return blas32.Vector{N: len(elements), Inc: 1, Data: elements}
}

func row(m blas32.General, i int) []float32 {
	return m.Data[i*m.Stride : i*m.Stride+m.Cols]
}
