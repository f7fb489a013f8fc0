//go:build cuda && linux

package gpu

import (
	"fmt"

	"mnistgpu/gpu/driver"
)

// product is a product, and the verb that asks for it.
type product struct {
	driver.Product
	op string
}

// precisions are the driver's precisions for products that are not split.
var precisions = map[Precision]driver.Precision{
	FP32: driver.FP32, TF32: driver.TF32, BF16: driver.BF16, Split16: driver.FP32,
}

// multiply records p, in the precision of the options if its factors are float32.
func (r *recorder) multiply(p driver.Product) {
	name, size, results := "gemm16", 2, 1
	if p.Precision != driver.FP16 {
		p.Precision = precisions[r.b.options.Precision]
		name, size = "gemm", 4
	}
	if p.Accumulate {
		results = 2 // read and written
	}
	device := r.b.device
	r.products = append(r.products, product{p, r.op})
	r.calls = append(r.calls, call{
		op:    r.op,
		name:  fmt.Sprintf("%s %dx%dx%d", name, p.M, p.N, p.K),
		flops: 2 * p.M * p.N * p.K,
		bytes: size*(p.M*p.K+p.K*p.N) + 4*results*p.M*p.N,
		run:   func() error { return device.Multiply(p) },
	})
}

// warmUp runs each product of a kind that this backend has not run yet, into scratch
// memory: cuBLAS loads a kernel on its first use, which may take calls that are not
// allowed while a stream is recording.
func (b *Backend) warmUp(products []product) error {
	for _, p := range products {
		k := kind(p.Product)
		if b.warm[k] {
			continue
		}
		at, err := b.reserve(warmProduct, 4*p.M*p.N+maxAlignment)
		if err != nil {
			return failed(p.op, err)
		}
		p.C = at + (p.C-at)%maxAlignment // as far from a multiple of maxAlignment as the real C
		if err := b.device.Multiply(p.Product); err != nil {
			return failed(p.op, err)
		}
		b.warm[k] = true
	}
	return nil
}

// kind returns what cuBLAS's choice of a kernel may depend on: p with the alignments of
// its operands instead of their addresses, and with 1 for the scales if there are any.
func kind(p driver.Product) driver.Product {
	p.A, p.B, p.C, p.Scales = alignment(p.A), alignment(p.B), alignment(p.C), min(p.Scales, 1)
	return p
}

// maxAlignment is the alignment, in bytes, beyond which cuBLAS makes no difference: that
// of memory from the driver, and the default in cuBLASLt's preferences.
const maxAlignment = 256

// alignment returns the largest power of two that divides p, at most maxAlignment.
func alignment(p driver.Ptr) driver.Ptr { return min(p&-p, maxAlignment) }
