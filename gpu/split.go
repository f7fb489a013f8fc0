//go:build cuda && linux

package gpu

import (
	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
)

// splitBlocks is at most how many blocks look for the largest magnitude: enough to
// fill the largest card, each with much to read.
const splitBlocks = 512

// splits returns the rows of x, if its products are to be split.
func (r *recorder) splits(x backend.Input) (rows backend.Rows, ok bool) {
	rows, ok = x.(backend.Rows)
	return rows, ok && r.b.options.Precision == Split16
}

// A product of rows x with float32 numbers v is one of float16 numbers with twice as
// many terms. As kernels/split.cu leaves them, [x | x/2¹¹] is
//
//   - (B, 2·In) with a row for an image: forward it meets (2·In, Out), all of w's
//     high parts and then all of its low ones,
//   - (2·B, In) with two rows for an image: backward it meets (2·B, Out), for each
//     image the high parts of dy and then the low ones.

// splitForward records y = x·w.
func (r *recorder) splitForward(y driver.Ptr, x backend.Rows, w backend.Tensor) {
	p := product{m: x.Count, n: w.Cols, k: 2 * w.Rows}
	scales, factor := r.split(splitWeights, address(w), 1, w.Len(), x.Scale, 0, nil)
	r.multiply(factors{product: p, halves: true, a: r.halves(x), b: factor, scales: scales}, y)
}

// splitGradient records dw = xᵀ·dy, or dw += xᵀ·dy. With sgd it records the update
// dw -= lr·xᵀ·dy of what is then the weights.
func (r *recorder) splitGradient(dw driver.Ptr, x backend.Rows, dy backend.Tensor, accumulate bool, sgd *backend.SGD) {
	p := product{m: x.Data.Cols, n: dy.Cols, k: 2 * x.Count, transA: true, accumulate: accumulate || sgd != nil}
	beta := float32(0)
	if p.accumulate {
		beta = 1
	}
	scales, factor := r.split(splitGradients, address(dy), dy.Rows, dy.Cols, x.Scale, beta, sgd)
	r.multiply(factors{product: p, halves: true, a: r.halves(x), b: factor, scales: scales}, dw)
}

// split records [high | low] of each row of the (rows, cols) matrix at v. It returns
// where they lie, and where what their product is multiplied by: the factor, and
// -lr with sgd, by the reciprocal of their scale; and what was there by beta.
func (r *recorder) split(purpose int, v driver.Ptr, rows, cols int, factor, beta float32, sgd *backend.SGD) (scales, at driver.Ptr) {
	n := rows * cols
	grid := min(blocks(n, 4*blockThreads), splitBlocks)
	scales, at = r.reserve(splitScales, 12), r.reserve(purpose, 4*n)
	peaks, finished := r.reserve(blockPeaks, 4*splitBlocks), r.reserve(blocksFinished, 4)
	var lr, step driver.Ptr
	if sgd != nil {
		lr, step = r.table(sgd.LearningRate, sgd.Step), address(sgd.Step)
	}
	r.launch(splitScale, driver.Dim{X: grid}, driver.Dim{X: blockThreads}, 4*n,
		scales.Arg(), peaks.Arg(), finished.Arg(), v.Arg(), lr.Arg(), step.Arg(),
		driver.Int(n), driver.Float(factor), driver.Float(beta))
	r.elementwise(splitKernel, n, 8*n, at.Arg(), v.Arg(), scales.Arg(), driver.Int(rows), driver.Int(cols))
	return scales, at
}

// halves returns where [x | x/2¹¹] lies as float16, without the scale of the rows.
// As of [recorder.input], the backward pass finds what the forward pass gathered.
func (r *recorder) halves(x backend.Rows) driver.Ptr {
	r.settled(x.Order)
	x.Offset = r.offset(x)
	count, cols := x.Shape()
	at := r.reserve(gatheredHalves, 4*count*cols)
	if x == r.rows {
		return at
	}
	r.rows = x
	r.launch(gatherHalves, driver.Dim{X: count}, driver.Dim{X: blockThreads}, 5*count*cols,
		at.Arg(), address(x.Data).Arg(), address(x.Order).Arg(), address(x.Cursor).Arg(),
		driver.Int(x.Offset), driver.Int(cols))
	return at
}
