package cpu

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"

	"mnistgpu/internal/backend"
)

// denseScratch is the memory for the matrices that a BLAS multiplies.
type denseScratch struct {
	inputs []float32
	ones   []float32
	sums   []float32 // of a gradient's columns
}

// gemm computes c = alpha·a·b + beta·c, where a and b may be transposed.
func (r denseRecorder) gemm(ta, tb blas.Transpose, alpha float32, a, b blas32.General, beta float32, c blas32.General) {
	inner := a.Cols
	if ta == blas.Trans {
		inner = a.Rows
	}
	r.blas.Sgemm(ta, tb, c.Rows, c.Cols, inner, alpha, a.Data, a.Stride, b.Data, b.Stride, beta, c.Data, c.Stride)
}

// input returns a function that gives x while a step is computed. For rows of bytes
// it appends a call that converts them to floats, unless an earlier verb will already
// have done so.
func (r denseRecorder) input(x backend.Input) func() blas32.General {
	switch x := x.(type) {
	case backend.Tensor:
		m := rowMajor(x)
		return func() blas32.General { return m }
	case backend.Rows:
		if r.listed != x {
			r.listed = x
			r.record(func() { r.b.gather(x) })
		}
		return func() blas32.General {
			return blas32.General{Rows: x.Count, Cols: x.Data.Cols, Stride: x.Data.Cols, Data: r.b.scratch.dense.inputs}
		}
	}
	panic("cpu: an unknown kind of input")
}

// gather converts x to floats.
func (b *Backend) gather(x backend.Rows) {
	d, cols := &b.scratch.dense, x.Data.Cols
	d.inputs = grow(d.inputs, x.Count*cols)
	b.ranges(x.Count, func(first, end int) {
		for i := first; i < end; i++ {
			scaleBytes(d.inputs[i*cols:(i+1)*cols], byteRow(x, i), x.Scale)
		}
	})
}

// ones returns a vector of n ones.
func (r denseRecorder) ones(n int) []float32 {
	d := &r.b.scratch.dense
	for len(d.ones) < n {
		d.ones = append(d.ones, 1)
	}
	return d.ones[:n]
}

// sums returns room for n sums.
func (r denseRecorder) sums(n int) []float32 {
	d := &r.b.scratch.dense
	d.sums = grow(d.sums, n)
	return d.sums[:n]
}

// ranges calls f for each part of n elements, on all threads.
func (b *Backend) ranges(n int, f func(first, end int)) {
	parts := min(n, b.pool.threads())
	b.pool.run(parts, func(_, part int) { f(split(n, parts, part)) })
}

// scaleBytes computes dst[j] = scale·src[j].
func scaleBytes(dst []float32, src []uint8, scale float32) {
	dst = dst[:len(src)]
	for j, v := range src {
		dst[j] = scale * float32(v)
	}
}

// rowMajor returns t, which is stored as one panel, as gonum's matrix type.
func rowMajor(t backend.Tensor) blas32.General {
	m := matrix(t)
	return blas32.General{Rows: t.Rows, Cols: t.Cols, Stride: t.Cols, Data: m.Data[:t.Len()]}
}

func row(m blas32.General, i int) []float32 {
	return m.Data[i*m.Stride : i*m.Stride+m.Cols]
}
