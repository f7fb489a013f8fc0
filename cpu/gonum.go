package cpu

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"

	"mnistgpu/internal/backend"
)

// gonumRecorder has the products by gonum, for comparison: a BLAS that many
// know, and plain loops around it. Rows of a gradient that are zero are left out
// here too.
type gonumRecorder struct{ *recorder }

// LinearForward starts each row of y at b, so that the product adds the bias.
func (r gonumRecorder) LinearForward(y backend.Tensor, x backend.Input, w, b backend.Tensor, act backend.Activation) {
	out := general(y)
	r.record(func() {
		for i := range out.Rows {
			copy(row(out, i), general(b).Data)
		}
		blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, r.b.input(x, nil), general(w), 1, out)
		if act == backend.ReLU {
			r.b.ranges(len(out.Data), func(first, end int) { relu(out.Data[first:end]) })
		}
	})
}

// LinearBackwardInput multiplies the active rows of dy only, at the top of dx,
// and then spreads the result.
func (r gonumRecorder) LinearBackwardInput(dx, dy, w, x backend.Tensor, act backend.Activation) {
	out, made, gradient := general(dx).Data, general(x).Data, general(dy)
	r.record(func() {
		active := r.b.activeRows(gradient)
		top := r.b.pack(gradient, active)
		blas32.Gemm(blas.NoTrans, blas.Trans, 1, top, general(w), 0, rowMajor(out, len(active), dx.Cols))
		spread(general(dx), active)
		if act == backend.ReLU {
			r.b.ranges(len(out), func(first, end int) { reluBackward(out[first:end], made[first:end]) })
		}
	})
}

// LinearBackwardWeight adds to what is there, or to zero.
func (r gonumRecorder) LinearBackwardWeight(dw, db backend.Tensor, x backend.Input, dy backend.Tensor, accumulate bool) {
	w, bias := general(dw), general(db)
	r.record(func() {
		if !accumulate {
			clear(w.Data)
			clear(bias.Data)
		}
		r.b.addGradient(w, bias, 1, x, general(dy))
	})
}

// LinearSGD lets the weights decay and then has the product add the step to
// them.
func (r gonumRecorder) LinearSGD(w, b backend.Tensor, x backend.Input, dy backend.Tensor, sgd backend.SGD) {
	weights := general(w)
	r.record(func() {
		lr := learningRate(sgd)
		if sgd.L2 != 0 {
			blas32.Scal(1-lr*sgd.L2, vector(weights.Data))
		}
		r.b.addGradient(weights, general(b), -lr, x, general(dy))
	})
}

// addGradient computes w += alpha·xᵀ·dy and bias += alpha·Σᵢ dyᵢ over the active
// rows of dy.
func (b *Backend) addGradient(w, bias blas32.General, alpha float32, x backend.Input, dy blas32.General) {
	active := b.activeRows(dy)
	dy = b.pack(dy, active)
	blas32.Gemm(blas.Trans, blas.NoTrans, alpha, b.input(x, active), dy, 1, w)
	for i := range dy.Rows {
		blas32.Axpy(alpha, vector(row(dy, i)), vector(bias.Data))
	}
}

// relu computes x = max(x, 0). It keeps NaN, so that a diverged network shows.
func relu(x []float32) {
	for i, v := range x {
		if v < 0 {
			x[i] = 0
		}
	}
}

// reluBackward clears dx where x, which ReLU made, is zero.
func reluBackward(dx, x []float32) {
	for i, v := range x {
		if v <= 0 {
			dx[i] = 0
		}
	}
}
