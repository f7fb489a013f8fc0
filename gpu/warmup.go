//go:build cuda && linux

package gpu

import "mnistgpu/gpu/driver"

// warmUp runs each of the products that this backend has not run yet, into
// scratch memory: cuBLAS loads a kernel when it is first called, which may ask
// for what a stream that is being recorded does not allow.
func (b *Backend) warmUp(products []factors) error {
	for _, p := range products {
		if b.warm[p.product] {
			continue
		}
		c, err := b.reserve(warmProduct, 4*p.m*p.n)
		if err != nil {
			return fault(p.op, err)
		}
		if err := b.multiply(p.product, c, p.a, p.b); err != nil {
			return fault(p.op, err)
		}
		b.warm[p.product] = true
	}
	return nil
}

// factors are a product, the verb that asks for it, and where its factors lie.
type factors struct {
	product
	op   string
	a, b driver.Ptr
}

// multiply runs the product of the matrices at a and x into the one at c.
func (b *Backend) multiply(p product, c, a, x driver.Ptr) error {
	lda, ldb, beta := p.k, p.n, float32(0)
	if p.transA {
		lda = p.m
	}
	if p.transB {
		ldb = p.k
	}
	if p.accumulate {
		beta = 1
	}
	precision := driver.Precision(b.options.Precision)
	return b.device.Gemm(precision, p.transA, p.transB, p.m, p.n, p.k, 1, a, lda, x, ldb, beta, c, p.n)
}
