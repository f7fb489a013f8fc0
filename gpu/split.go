//go:build cuda && linux

package gpu

import (
	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
	"mnistgpu/kernels"
)

// splitBlocks is the largest number of blocks that look for the largest magnitude:
// enough to fill the largest card, and few enough that each has much to read.
const splitBlocks = 512

// splits returns the rows of x, and whether its products are to be split.
func (r *recorder) splits(x backend.Input) (rows backend.Rows, ok bool) {
	rows, ok = x.(backend.Rows)
	return rows, ok && r.b.options.Precision == Split16
}

// splitForward records y = x·w as one product with twice as many terms: [x/2¹¹ | x] by
// all of w's low parts followed by all of its high ones.
func (r *recorder) splitForward(y driver.Ptr, x backend.Rows, w backend.Tensor) {
	scales, factor := r.split(splitWeights, address(w), 1, w.Len(), x.Scale, 0, nil)
	r.multiply(driver.Product{Precision: driver.FP16, M: x.Count, N: w.Cols, K: 2 * w.Rows,
		A: r.halves(x), B: factor, C: y, Scales: scales})
}

// splitRows is the largest number of images in one product of a gradient. Within a
// product tensor cores truncate the sum after every 16 terms; where one product is
// added to another's result, the sum is rounded.
const splitRows = 4096

// splitGradient records dw = xᵀ·dy, or dw += xᵀ·dy. If sgd is given, dw has the
// weights, and it records the update dw -= lr·xᵀ·dy. A product of x/2¹¹ with the low
// parts of dy comes first, then those of x with the high parts. A row has both parts of
// an image; as terms of a single sum, low and high parts would alternate, and the sum
// would be truncated twice as often.
func (r *recorder) splitGradient(dw driver.Ptr, x backend.Rows, dy backend.Tensor, accumulate bool, sgd *backend.SGD) {
	rows, in := x.Shape()
	out := dy.Cols
	beta := float32(0)
	if accumulate || sgd != nil {
		beta = 1
	}
	scales, dys := r.split(splitGradients, address(dy), rows, out, x.Scale, beta, sgd)
	p := driver.Product{Precision: driver.FP16, M: in, N: out, K: rows, TransA: true,
		A: r.halves(x), LDA: 2 * in, B: dys, LDB: 2 * out, C: dw, Accumulate: beta == 1, Scales: scales}
	r.multiply(p)
	p.A, p.B, p.Scales, p.Accumulate = p.A+driver.Ptr(2*in), p.B+driver.Ptr(2*out), scales+8, true
	for left := rows; left > 0; left -= splitRows {
		p.K = min(splitRows, left)
		r.multiply(p)
		p.A, p.B = p.A+driver.Ptr(2*p.K*p.LDA), p.B+driver.Ptr(2*p.K*p.LDB)
	}
}

// split records [low | high] of each row of the (rows, cols) matrix at v. It returns
// their address, and the scales of two products with them. The first product is
// multiplied by factor/s, where s is the scale of the split numbers, and by -lr if sgd
// is given, and what was there before by beta. For the second product beta is 1.
func (r *recorder) split(purpose int, v driver.Ptr, rows, cols int, factor, beta float32, sgd *backend.SGD) (scales, at driver.Ptr) {
	n := rows * cols
	grid := min(blocks(n, kernels.ElementsPerThread*kernels.SplitThreads), splitBlocks)
	scales, at = r.reserve(splitScales, 4*kernels.SplitScales), r.reserve(purpose, 4*n)
	peaks, finished := r.reserve(blockPeaks, 4*splitBlocks), r.reserve(blocksFinished, 4)
	var lr, step driver.Ptr
	if sgd != nil {
		lr, step = r.table(sgd.LearningRate, sgd.Step), address(sgd.Step)
	}
	r.launch(splitScale, driver.Dim{X: grid}, driver.Dim{X: kernels.SplitThreads}, 4*n,
		scales.Arg(), peaks.Arg(), finished.Arg(), v.Arg(), lr.Arg(), step.Arg(),
		driver.Int(n), driver.Float(factor), driver.Float(beta))
	r.elementwise(splitKernel, n, 8*n, at.Arg(), v.Arg(), scales.Arg(), driver.Int(rows), driver.Int(cols))
	return scales, at
}

// halves returns the address of [x/2¹¹ | x] as float16, not multiplied by the scale of
// the rows.
func (r *recorder) halves(x backend.Rows) driver.Ptr {
	return r.gathered(x, gatheredHalves, gatherHalves)
}
