//go:build cuda && linux

package gpu

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
)

// linearShape is the shape of a forward pass: an (m, k) input through a layer with n
// outputs.
type linearShape struct {
	m, n, k int
	act     backend.Activation
}

// linearEpilogue records the pass as one product, with bias and activation in its epilogue, if
// cuBLASLt can do that. It reports whether it did.
func (r *recorder) linearEpilogue(shape linearShape, o driver.Operands) bool {
	if r.b.options.Engine == Ops || r.err != nil {
		return false
	}
	l, err := r.b.linearPlan(shape, o)
	if err != nil {
		r.err = failed(r.op, err)
	}
	if l == nil {
		return false
	}
	name := "gemm_bias"
	if shape.act == backend.ReLU {
		name = "gemm_bias_relu"
	}
	m, n, k := shape.m, shape.n, shape.k
	r.calls = append(r.calls, call{
		op:    r.op,
		name:  fmt.Sprintf("%s %dx%dx%d", name, m, n, k),
		flops: 2 * m * n * k,
		bytes: 4 * (m*k + k*n + n + m*n),
		run:   func() error { return l.Run(o) },
	})
	return true
}

// linearPlan returns the plan by which cuBLASLt does passes of a shape, or nil if it
// cannot do them. The choice holds until Close.
func (b *Backend) linearPlan(shape linearShape, o driver.Operands) (*driver.Linear, error) {
	l, known := b.linears[shape]
	if known {
		return l, nil
	}
	l, err := b.newLinearPlan(shape, o)
	if err == nil {
		b.linears[shape] = l
	}
	return l, err
}

// newLinearPlan tries the plan on a product with a bias of NaN and rejects it unless
// the result is NaN too: a ReLU computed as max(z, 0) may turn NaN into 0, which would
// hide that a run has diverged.
func (b *Backend) newLinearPlan(shape linearShape, o driver.Operands) (*driver.Linear, error) {
	var err error
	if o.Y, err = b.reserve(warmProduct, 4*shape.m*shape.n); err != nil {
		return nil, err
	}
	if o.B, err = b.reserve(nanBias, 4*shape.n); err != nil {
		return nil, err
	}
	row := slices.Repeat(binary.NativeEndian.AppendUint32(nil, math.Float32bits(float32(math.NaN()))), shape.n)
	if err := b.device.CopyIn(o.B, row); err != nil {
		return nil, err
	}
	l, err := b.device.NewLinear(precisions[b.options.Precision], shape.m, shape.n, shape.k, shape.act == backend.ReLU, o)
	if l == nil || err != nil {
		return nil, err
	}
	for _, i := range []int{0, shape.m - 1} {
		if err := b.device.CopyOut(row, o.Y+driver.Ptr(4*i*shape.n)); err != nil {
			return nil, err
		}
		if !allNaN(row) {
			return nil, nil
		}
	}
	return l, nil
}

// allNaN reports whether all float32 values in bytes are NaN.
func allNaN(bytes []byte) bool {
	for i := 0; i < len(bytes); i += 4 {
		if v := math.Float32frombits(binary.NativeEndian.Uint32(bytes[i:])); v == v {
			return false
		}
	}
	return true
}
