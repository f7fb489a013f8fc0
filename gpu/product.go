//go:build cuda && linux

package gpu

import (
	"cmp"
	"fmt"

	"mnistgpu/gpu/driver"
)

// A product is C = op(A)·op(B), or C += op(A)·op(B) if accumulate is true, with
// op(A) (m, k), op(B) (k, n), C (m, n). A is stored as (k, m) if transA is
// true, B as (n, k) if transB is.
type product struct {
	m, n, k        int
	transA, transB bool
	accumulate     bool
}

// factors is a product, the verb that asks for it, and the addresses of its factors.
type factors struct {
	product
	op     string
	halves bool // they are float16
	a, b   driver.Ptr
	// Distances in elements between the starts of their rows, or 0 if there are no
	// gaps.
	lda, ldb int
	scales   driver.Ptr // what the product and the previous C are multiplied by, or 0
}

// productKind is what cuBLAS's choice of a kernel may depend on.
type productKind struct {
	product
	halves, scaled bool
	lda, ldb       int
}

func (f factors) kind() productKind {
	return productKind{f.product, f.halves, f.scales != 0, f.lda, f.ldb}
}

// gemm records the product of the matrices at a and b into the one at c.
func (r *recorder) gemm(p product, c, a, b driver.Ptr) {
	r.multiply(factors{product: p, a: a, b: b}, c)
}

// multiply records the product of f into the matrix at c.
func (r *recorder) multiply(f factors, c driver.Ptr) {
	f.op = r.op
	backend := r.b
	name, size, results := "gemm", 4, 1
	if f.halves {
		name, size = "gemm16", 2
	}
	if f.accumulate {
		results = 2 // read and written
	}
	r.products = append(r.products, f)
	r.calls = append(r.calls, call{
		op:    r.op,
		name:  fmt.Sprintf("%s %dx%dx%d", name, f.m, f.n, f.k),
		flops: 2 * f.m * f.n * f.k,
		bytes: size*(f.m*f.k+f.k*f.n) + 4*results*f.m*f.n,
		run:   func() error { return backend.multiply(f, c) },
	})
}

// precisions are the driver's precisions for products that are not split.
var precisions = [...]driver.Precision{
	FP32: driver.FP32, TF32: driver.TF32, BF16: driver.BF16, Split16: driver.FP32,
}

// multiply runs the product of f into the matrix at c.
func (b *Backend) multiply(f factors, c driver.Ptr) error {
	lda, ldb, beta := f.k, f.n, float32(0)
	if f.transA {
		lda = f.m
	}
	if f.transB {
		ldb = f.k
	}
	lda, ldb = cmp.Or(f.lda, lda), cmp.Or(f.ldb, ldb)
	if f.accumulate {
		beta = 1
	}
	precision := precisions[b.options.Precision]
	if f.halves {
		precision = driver.FP16
	}
	if f.scales != 0 {
		return b.device.GemmUpdate(precision, f.transA, f.transB, f.m, f.n, f.k, f.scales, f.a, lda, f.b, ldb, c, f.n)
	}
	return b.device.Gemm(precision, f.transA, f.transB, f.m, f.n, f.k, 1, f.a, lda, f.b, ldb, beta, c, f.n)
}

// warmUp runs each product of a kind that this backend has not run yet, into scratch
// memory: cuBLAS loads a kernel on its first use, which may take calls that are not
// allowed while a stream is recording.
func (b *Backend) warmUp(products []factors) error {
	for _, f := range products {
		if b.warm[f.kind()] {
			continue
		}
		c, err := b.reserve(warmProduct, 4*f.m*f.n)
		if err != nil {
			return failed(f.op, err)
		}
		if err := b.multiply(f, c); err != nil {
			return failed(f.op, err)
		}
		b.warm[f.kind()] = true
	}
	return nil
}
