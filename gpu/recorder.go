//go:build cuda && linux

package gpu

import (
	"fmt"

	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
)

// blockThreads is the block of the kernels that name no other.
const blockThreads = 256

// recorder implements backend.Ops: each verb appends the calls that compute it.
// The calls do not run before the whole step is known, so that all memory is
// there when a graph is recorded.
type recorder struct {
	b     *Backend
	op    string // the verb that is being recorded
	calls []call
	err   error // the first failure to reserve memory

	products []factors // that the calls take

	// What holds at this point of the step.
	rows   backend.Rows     // in the room of gathered rows, from the cursor that the device will find
	ahead  ahead            // what the device's counters lag behind
	last   classifierUpdate // the newest
	lastAt int              // how many calls there were after it

	together bool     // some of the calls launch blocks together
	stretch  *stretch // the last that was recorded
}

// A call is one launch of a kernel or one matrix product.
type call struct {
	op, name     string
	flops, bytes int // that it takes at the least, for a trace
	run          func() error
}

// input returns where x lies as floats. Rows that the call before used as well
// are there already: the backward pass finds what the forward pass gathered.
func (r *recorder) input(x backend.Input) driver.Ptr {
	rows, ok := x.(backend.Rows)
	if !ok {
		return address(x.(backend.Tensor))
	}
	r.settled(rows.Order)
	rows.Offset = r.offset(rows)
	count, cols := rows.Shape()
	at := r.reserve(gatheredRows, 4*count*cols)
	if rows == r.rows {
		return at
	}
	r.rows = rows
	r.launch(gatherRows, driver.Dim{X: count}, driver.Dim{X: blockThreads}, 5*count*cols,
		at.Arg(), address(rows.Data).Arg(), address(rows.Order).Arg(), address(rows.Cursor).Arg(),
		driver.Int(rows.Offset), driver.Int(cols), driver.Float(rows.Scale))
	return at
}

func (r *recorder) reserve(purpose, bytes int) driver.Ptr {
	if r.err != nil {
		return 0
	}
	at, err := r.b.reserve(purpose, bytes)
	if err != nil {
		r.err = fault(r.op, err)
	}
	return at
}

// launch records a launch of k. It moves that many bytes.
func (r *recorder) launch(k kernel, grid, block driver.Dim, bytes int, args ...driver.Arg) {
	device, fn := r.b.device, r.b.kernels[k]
	r.calls = append(r.calls, call{
		op:    r.op,
		name:  kernelNames[k],
		bytes: bytes,
		run:   func() error { return device.Launch(fn, grid, block, 0, args...) },
	})
}

// elementwise records a launch of k with one thread for four of n elements.
func (r *recorder) elementwise(k kernel, n, bytes int, args ...driver.Arg) {
	r.launch(k, driver.Dim{X: blocks(n, 4*blockThreads)}, driver.Dim{X: blockThreads}, bytes, args...)
}

// blocks is how many blocks of that size n takes.
func blocks(n, size int) int { return (n + size - 1) / size }

// A product is C = op(A)·op(B), or C += op(A)·op(B) if accumulate is true, with
// op(A) (m, k), op(B) (k, n), C (m, n). A is stored as (k, m) if transA is
// true, B as (n, k) if transB is.
type product struct {
	m, n, k        int
	transA, transB bool
	accumulate     bool
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
