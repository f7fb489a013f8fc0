package cpu

import (
	"math"

	"mnistgpu/cpu/internal/kernel"
	"mnistgpu/internal/backend"
)

// kernelRecorder computes the products with package kernel. Images are multiplied as
// lists of their non-zero pixels, other inputs as they are.
type kernelRecorder struct{ *recorder }

// LinearForward adds the bias and applies act as it stores a product.
func (r kernelRecorder) LinearForward(y backend.Tensor, x backend.Input, w, b backend.Tensor, act backend.Activation) {
	k, out, weights, bias := r.b.kernels, matrix(y), matrix(w), matrix(b)
	floor := float32(math.Inf(-1))
	if act == backend.ReLU {
		floor = 0
	}
	switch x := x.(type) {
	case backend.Rows:
		lists := r.list(x)
		r.blocks(out, func(thread int, part kernel.Block) {
			k.SparseForward(out, lists(thread), weights, bias, floor, part)
		})
	case backend.Tensor:
		in, all := matrix(x), &r.b.scratch.all
		all.Reserve(x.Rows)
		r.record(func() { all.SetAll(x.Rows) })
		tiles := (x.Rows + kernel.Tile - 1) / kernel.Tile
		panels, parts := out.Panels(), min(tiles, 4*r.b.pool.threads())
		r.parallel(panels*parts, func(i int) {
			first, end := split(tiles, parts, i%parts)
			k.DenseForward(out, in, weights, bias, floor, all, i/parts, first, end)
		})
	}
	r.wrote(y)
}

// LinearBackwardInput multiplies the active rows of dy by the transpose of w. Each
// part transposes its own panel, unless an earlier verb will already have done so.
func (r kernelRecorder) LinearBackwardInput(dx, dy, w, x backend.Tensor, act backend.Activation) {
	k, s := r.b.kernels, &r.b.scratch
	active := r.activeRows(dy)
	out, gradient, weights, made := matrix(dx), matrix(dy), matrix(w), matrix(x)
	s.weights.Reserve(w.Cols, w.Rows)
	there := r.transposed == w
	r.transposed = w
	r.parallel(out.Panels(), func(p int) {
		transposed := s.weights.As(w.Cols, w.Rows)
		if !there {
			transposed.TransposePanel(weights, p)
		}
		if act == backend.ReLU {
			k.DenseMasked(out, gradient, transposed, made, active, p)
		} else {
			k.DenseProduct(out, gradient, transposed, active, p)
		}
	})
	r.wrote(dx)
	r.active = append(r.active, dx) // where a row of dy is zero, so is that of dx
}

// LinearBackwardWeight adds to dw and db, cleared first unless accumulate is true.
func (r kernelRecorder) LinearBackwardWeight(dw, db backend.Tensor, x backend.Input, dy backend.Tensor, accumulate bool) {
	if !accumulate {
		for _, m := range []kernel.Matrix{matrix(dw), matrix(db)} {
			r.parallel(m.Panels(), func(p int) { clear(m.Panel(p)) })
		}
	}
	r.addGradient(dw, db, x, dy, func() float32 { return 1 })
}

// LinearSGD applies the L2 decay to the weights and then lets the product add the
// step to them, so that no gradient is stored in between.
func (r kernelRecorder) LinearSGD(w, b backend.Tensor, x backend.Input, dy backend.Tensor, sgd backend.SGD) {
	if sgd.L2 != 0 {
		m := matrix(w)
		r.parallel(m.Panels(), func(p int) {
			decay := learningRate(sgd) * sgd.L2
			for i, v := range m.Panel(p) {
				m.Panel(p)[i] = v - decay*v
			}
		})
	}
	r.addGradient(w, b, x, dy, func() float32 { return -learningRate(sgd) })
}

// addGradient computes dw += alpha·xᵀ·dy and db += alpha·Σᵢ dyᵢ over the active
// rows of dy.
func (r kernelRecorder) addGradient(dw, db backend.Tensor, x backend.Input, dy backend.Tensor, alpha func() float32) {
	k, active := r.b.kernels, r.activeRows(dy)
	w, b, gradient := matrix(dw), matrix(db), matrix(dy)
	switch x := x.(type) {
	case backend.Rows:
		pixels := r.transpose(x, active)
		r.blocks(w, func(thread int, part kernel.Block) {
			k.SparseAdd(w, pixels(thread), gradient, alpha(), part)
			if part.First == 0 {
				k.AddSums(b, gradient, active, alpha(), part.Panel, part.Panels)
			}
		})
	case backend.Tensor:
		in := matrix(x)
		r.parallel(in.Panels()*w.Panels(), func(i int) {
			p, q := i%w.Panels(), i/w.Panels()
			k.DenseAdd(w, in, gradient, active, alpha(), p, q)
			if q == 0 {
				k.AddSums(b, gradient, active, alpha(), p, 1)
			}
		})
	}
	r.wrote(dw)
	r.wrote(db)
}
