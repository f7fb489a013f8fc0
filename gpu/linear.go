//go:build cuda && linux

package gpu

import (
	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
	"mnistgpu/kernels"
)

// slabRows is the largest number of rows that a block of the kernels that sum columns
// takes: a slab.
const slabRows = 512

// slabBlock is a block of those kernels.
var slabBlock = driver.Dim{X: kernels.SlabCols, Y: kernels.SlabLanes}

func (r *recorder) LinearForward(y backend.Tensor, x backend.Input, w, b backend.Tensor, act backend.Activation) {
	r.op = "LinearForward"
	if rows, ok := r.splits(x); ok {
		r.splitForward(address(y), rows, w)
	} else {
		in := r.input(x)
		if r.linearEpilogue(linearShape{y.Rows, y.Cols, w.Rows, act}, driver.Operands{Y: address(y), X: in, W: address(w), B: address(b)}) {
			return
		}
		r.multiply(driver.Product{M: y.Rows, N: y.Cols, K: w.Rows, A: in, B: address(w), C: address(y)})
	}
	r.elementwise(biasActivation, y.Len(), 8*y.Len(),
		address(y).Arg(), address(b).Arg(), driver.Int(y.Len()), driver.Int(y.Cols), driver.Bool(act == backend.ReLU))
}

func (r *recorder) LinearBackwardInput(dx, dy, w, x backend.Tensor, act backend.Activation) {
	r.op = "LinearBackwardInput"
	r.multiply(driver.Product{M: dx.Rows, N: dx.Cols, K: dy.Cols, TransB: true,
		A: address(dy), B: address(w), C: address(dx)})
	if act == backend.ReLU {
		r.elementwise(linearBackwardInputMask, dx.Len(), 8*dx.Len(),
			address(dx).Arg(), address(x).Arg(), driver.Int(dx.Len()))
	}
}

func (r *recorder) LinearBackwardWeight(dw, db backend.Tensor, x backend.Input, dy backend.Tensor, accumulate bool) {
	r.op = "LinearBackwardWeight"
	r.gradient(address(dw), x, dy, accumulate)
	rows, at := r.slabSums(dy)
	r.columnSums(address(db), at, rows, dy.Cols, rows, accumulate)
}

// LinearSGD has the product itself update w, with the learning rate in scratch memory.
// With L2 it computes the gradient first: the product would have to shrink w by a
// factor that float32 rounds the same way each step. It also does so if the engine is
// Ops.
func (r *recorder) LinearSGD(w, b backend.Tensor, x backend.Input, dy backend.Tensor, sgd backend.SGD) {
	r.op = "LinearSGD"
	if sgd.L2 == 0 && r.b.options.Engine != Ops {
		if rows, ok := r.splits(x); ok {
			r.biasStep(b, 0, dy, sgd)
			r.splitGradient(address(w), rows, dy, false, &sgd)
			return
		}
		scales := r.reserve(updateScales, 8)
		r.biasStep(b, scales, dy, sgd)
		p := r.gradientProduct(address(w), x, dy)
		p.Accumulate, p.Scales = true, scales
		r.multiply(p)
		return
	}
	r.biasStep(b, 0, dy, sgd)
	dw := r.reserve(weightGradient, w.Bytes())
	r.gradient(dw, x, dy, false)
	r.sgdStep(w, dw, sgd)
}

// biasStep records the update of b, and of scales unless that is 0. If it can, it makes
// them part of the classifier's update.
func (r *recorder) biasStep(b backend.Tensor, scales driver.Ptr, dy backend.Tensor, sgd backend.SGD) {
	if r.joins(b, dy, sgd) {
		r.calls = r.calls[:r.lastAt-1]
		r.updateClassifier(r.last, address(b), scales)
		r.lastAt = 0 // only one update joins
		return
	}
	rows, at := r.slabSums(dy)
	r.launch(biasSGDStep, driver.Dim{X: blocks(b.Cols, kernels.SlabCols)}, slabBlock, 4*rows*b.Cols,
		address(b).Arg(), scales.Arg(), at.Arg(), r.table(sgd.LearningRate, sgd.Step).Arg(), address(sgd.Step).Arg(),
		driver.Int(rows), driver.Int(b.Cols))
}

// gradient records dw = xᵀ·dy, or dw += xᵀ·dy.
func (r *recorder) gradient(dw driver.Ptr, x backend.Input, dy backend.Tensor, accumulate bool) {
	if rows, ok := r.splits(x); ok {
		r.splitGradient(dw, rows, dy, accumulate, nil)
		return
	}
	p := r.gradientProduct(dw, x, dy)
	p.Accumulate = accumulate
	r.multiply(p)
}

// gradientProduct is dw = xᵀ·dy, for which it gathers x.
func (r *recorder) gradientProduct(dw driver.Ptr, x backend.Input, dy backend.Tensor) driver.Product {
	rows, in := x.Shape()
	return driver.Product{M: in, N: dy.Cols, K: rows, TransA: true, A: r.input(x), B: address(dy), C: dw}
}

// slabSums returns a matrix of few rows with the same column sums as dy: dy itself, or
// the sums of its slabs, which many blocks compute in parallel.
func (r *recorder) slabSums(dy backend.Tensor) (rows int, at driver.Ptr) {
	if dy.Rows <= slabRows {
		return dy.Rows, address(dy)
	}
	slabs := blocks(dy.Rows, slabRows)
	at = r.reserve(biasGradientSlabs, 4*slabs*dy.Cols)
	r.columnSums(at, address(dy), dy.Rows, dy.Cols, slabRows, false)
	return slabs, at
}

// columnSums records the column sums of each slab of the (rows, cols) matrix at dy.
func (r *recorder) columnSums(db, dy driver.Ptr, rows, cols, slab int, accumulate bool) {
	grid := driver.Dim{X: blocks(cols, kernels.SlabCols), Y: blocks(rows, slab)}
	r.launch(biasGradient, grid, slabBlock, 4*rows*cols,
		db.Arg(), dy.Arg(), driver.Int(rows), driver.Int(cols), driver.Int(slab), driver.Bool(accumulate))
}
