package cpu

import (
	"math"

	"gonum.org/v1/gonum/blas"

	"mnistgpu/internal/backend"
)

// denseRecorder computes the products with a BLAS, for comparison, and everything
// around them in loops on all threads. Like a dense framework, it multiplies every
// pixel and every row of a gradient, even if it is zero.
type denseRecorder struct {
	*recorder
	blas blas.Float32
}

// LinearForward starts each row of y as b, so that the product adds to the bias.
func (r denseRecorder) LinearForward(y backend.Tensor, x backend.Input, w, b backend.Tensor, act backend.Activation) {
	in, out, weights, bias := r.input(x), rowMajor(y), rowMajor(w), rowMajor(b).Data
	r.record(func() {
		r.b.ranges(out.Rows, func(first, end int) {
			for i := first; i < end; i++ {
				copy(row(out, i), bias)
			}
		})
		r.gemm(blas.NoTrans, blas.NoTrans, 1, in(), weights, 1, out)
		if act == backend.ReLU {
			r.b.ranges(len(out.Data), func(first, end int) { relu(out.Data[first:end]) })
		}
	})
	r.wrote(y)
}

// LinearBackwardInput multiplies and then clears the gradients that act blocks.
func (r denseRecorder) LinearBackwardInput(dx, dy, w, x backend.Tensor, act backend.Activation) {
	out, gradient, weights, made := rowMajor(dx), rowMajor(dy), rowMajor(w), rowMajor(x).Data
	r.record(func() {
		r.gemm(blas.NoTrans, blas.Trans, 1, gradient, weights, 0, out)
		if act == backend.ReLU {
			r.b.ranges(len(made), func(first, end int) { reluBackward(out.Data[first:end], made[first:end]) })
		}
	})
	r.wrote(dx)
}

// LinearBackwardWeight adds to dw and db, cleared first unless accumulate is true.
func (r denseRecorder) LinearBackwardWeight(dw, db backend.Tensor, x backend.Input, dy backend.Tensor, accumulate bool) {
	r.addGradient(dw, db, x, dy, func(w, bias []float32) (alpha float32) {
		if !accumulate {
			clear(w)
			clear(bias)
		}
		return 1
	})
}

// LinearSGD applies the L2 decay to the weights and then lets the product add the
// step to them.
func (r denseRecorder) LinearSGD(w, b backend.Tensor, x backend.Input, dy backend.Tensor, sgd backend.SGD) {
	r.addGradient(w, b, x, dy, func(weights, _ []float32) (alpha float32) {
		lr := learningRate(sgd)
		if sgd.L2 != 0 {
			r.blas.Sscal(len(weights), 1-lr*sgd.L2, weights, 1)
		}
		return -lr
	})
}

// addGradient computes dw += alpha·xᵀ·dy and db += alpha·Σᵢ dyᵢ, after start has
// prepared dw and db and returned alpha. The sum of the rows is formed separately, so
// that db is rounded once and not for each row.
func (r denseRecorder) addGradient(dw, db backend.Tensor, x backend.Input, dy backend.Tensor, start func(w, bias []float32) (alpha float32)) {
	in, w, bias, gradient := r.input(x), rowMajor(dw), rowMajor(db).Data, rowMajor(dy)
	ones, sums := r.ones(dy.Rows), r.sums(dy.Cols)
	r.record(func() {
		alpha := start(w.Data, bias)
		r.gemm(blas.Trans, blas.NoTrans, alpha, in(), gradient, 1, w)
		r.blas.Sgemv(blas.Trans, gradient.Rows, gradient.Cols, 1, gradient.Data, gradient.Stride, ones, 1, 0, sums, 1)
		r.blas.Saxpy(len(bias), alpha, sums, 1, bias, 1)
	})
	r.wrote(dw)
	r.wrote(db)
}

// relu computes x = max(x, 0). It keeps NaN, so that a diverged network is noticed.
// It selects between integers because the compiler then avoids a branch, which would
// be mispredicted for half of all activations.
func relu(x []float32) {
	for i, v := range x {
		bits := math.Float32bits(v)
		if v < 0 {
			bits = 0
		}
		x[i] = math.Float32frombits(bits)
	}
}

// reluBackward clears dx where x, the output of ReLU, is zero.
func reluBackward(dx, x []float32) {
	dx = dx[:len(x)]
	for i, v := range x {
		bits := math.Float32bits(dx[i])
		if v <= 0 {
			bits = 0
		}
		dx[i] = math.Float32frombits(bits)
	}
}
