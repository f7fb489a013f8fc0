package cpu

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"

	"mnistgpu/internal/backend"
)

// LinearForward starts each row of y at b, so that the product adds the bias.
func (r *recorder) LinearForward(y backend.Tensor, x backend.Input, w, b backend.Tensor, act backend.Activation) {
	r.record(func() {
		out := general(y)
		for i := range out.Rows {
			copy(row(out, i), data[float32](b))
		}
		blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, r.b.input(x, nil), general(w), 1, out)
		if act == backend.ReLU {
			relu(out)
		}
	})
}

// LinearBackwardInput multiplies the active rows of dy only, at the top of dx,
// and then spreads the result.
func (r *recorder) LinearBackwardInput(dx, dy, w, x backend.Tensor, act backend.Activation) {
	r.record(func() {
		out, gradient := general(dx), general(dy)
		active := r.b.activeRows(gradient)
		if active == nil {
			blas32.Gemm(blas.NoTrans, blas.Trans, 1, gradient, general(w), 0, out)
		} else {
			gradient = r.b.packGradient(gradient, active)
			top := matrix(out.Data, len(active), out.Cols)
			blas32.Gemm(blas.NoTrans, blas.Trans, 1, gradient, general(w), 0, top)
			spread(out, active)
		}
		if act == backend.ReLU {
			reluBackward(out, general(x))
		}
	})
}

// LinearBackwardWeight adds to what is there, or to zero.
func (r *recorder) LinearBackwardWeight(dw, db backend.Tensor, x backend.Input, dy backend.Tensor, accumulate bool) {
	r.record(func() {
		w, bias := general(dw), data[float32](db)
		if !accumulate {
			clear(w.Data)
			clear(bias)
		}
		r.b.addWeightGradient(w, bias, 1, x, general(dy))
	})
}

// LinearSGD lets the weights decay and then has the product add the step to
// them, so that there is no gradient in between.
func (r *recorder) LinearSGD(w, b backend.Tensor, x backend.Input, dy backend.Tensor, sgd backend.SGD) {
	r.record(func() {
		lr := learningRate(sgd)
		if sgd.L2 != 0 {
			blas32.Scal(1-lr*sgd.L2, vector(data[float32](w)))
		}
		r.b.addWeightGradient(general(w), data[float32](b), -lr, x, general(dy))
	})
}

// addWeightGradient computes w += alpha·xᵀ·dy and bias += alpha·Σᵢ dyᵢ over the
// active rows of dy.
func (b *Backend) addWeightGradient(w blas32.General, bias []float32, alpha float32, x backend.Input, dy blas32.General) {
	active := b.activeRows(dy)
	if active != nil {
		dy = b.packGradient(dy, active)
	}
	blas32.Gemm(blas.Trans, blas.NoTrans, alpha, b.input(x, active), dy, 1, w)
	b.sums = grow(b.sums, dy.Cols)
	columnSums(b.sums, dy)
	blas32.Axpy(alpha, vector(b.sums), vector(bias))
}

// packGradient copies the active rows of dy to scratch.
func (b *Backend) packGradient(dy blas32.General, active []int) blas32.General {
	b.gradients = grow(b.gradients, len(active)*dy.Cols)
	return pack(b.gradients, dy, active)
}

// columnSums computes sums = Σᵢ mᵢ.
func columnSums(sums []float32, m blas32.General) {
	clear(sums)
	for i := range m.Rows {
		for j, v := range row(m, i) {
			sums[j] += v
		}
	}
}

// relu computes x = max(x, 0). It keeps NaN, so that a diverged network shows.
func relu(x blas32.General) {
	parallel(x.Rows, rowGrain, func(lo, hi int) {
		part := x.Data[lo*x.Stride : hi*x.Stride]
		for i, v := range part {
			if v < 0 {
				part[i] = 0
			}
		}
	})
}

// reluBackward clears dx where x, which ReLU made, is zero.
func reluBackward(dx, x blas32.General) {
	parallel(x.Rows, rowGrain, func(lo, hi int) {
		part, made := dx.Data[lo*dx.Stride:hi*dx.Stride], x.Data[lo*x.Stride:hi*x.Stride]
		for i, v := range made {
			if v <= 0 {
				part[i] = 0
			}
		}
	})
}
