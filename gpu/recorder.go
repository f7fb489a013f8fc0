//go:build cuda && linux

package gpu

import (
	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
	"mnistgpu/kernels"
)

// blockThreads is the number of threads per block of kernels that take any.
const blockThreads = 256

// recorder implements backend.Ops: each verb appends the calls that compute it. The
// calls run only after the whole step is known, so that all memory is allocated before
// a graph is recorded.
type recorder struct {
	b     *Backend
	op    string // the verb that is being recorded
	calls []call
	err   error // the first failure

	products []product // the products among the calls

	// The state at this point of the step.
	rows   backend.Rows     // the gathered ones, offset from the cursor's value on the device
	ahead  ahead            // by how much the device's counters lag behind
	last   classifierUpdate // the latest
	lastAt int              // len(calls) right after it

	cooperative bool     // some of the calls are cooperative launches
	stretch     *stretch // the latest
}

// A call is one launch of a kernel or one matrix product.
type call struct {
	op, name     string
	flops, bytes int // the least that it needs, for a trace
	run          func() error
}

// input returns the address of x as floats.
func (r *recorder) input(x backend.Input) driver.Ptr {
	rows, ok := x.(backend.Rows)
	if !ok {
		return address(x.(backend.Tensor))
	}
	return r.gathered(rows, gatheredRows, gatherRows, driver.Float(rows.Scale))
}

// gathered returns the address of the scratch memory where k leaves four bytes for each
// pixel of x. Rows that were gathered last are still there: the backward pass finds what
// the forward pass gathered.
func (r *recorder) gathered(x backend.Rows, purpose int, k kernel, more ...driver.Arg) driver.Ptr {
	r.settled(x.Order)
	x.Offset = r.offset(x)
	count, cols := x.Shape()
	at := r.reserve(purpose, 4*count*cols)
	if x == r.rows {
		return at
	}
	r.rows = x
	r.launch(k, driver.Dim{X: count}, driver.Dim{X: blockThreads}, 5*count*cols, append([]driver.Arg{
		at.Arg(), address(x.Data).Arg(), address(x.Order).Arg(), address(x.Cursor).Arg(),
		driver.Int(x.Offset), driver.Int(cols)}, more...)...)
	return at
}

func (r *recorder) reserve(purpose, bytes int) driver.Ptr {
	if r.err != nil {
		return 0
	}
	at, err := r.b.reserve(purpose, bytes)
	if err != nil {
		r.err = failed(r.op, err)
	}
	return at
}

// launch records a launch of k, which moves the given number of bytes.
func (r *recorder) launch(k kernel, grid, block driver.Dim, bytes int, args ...driver.Arg) {
	device, fn := r.b.device, r.b.kernels[k]
	r.calls = append(r.calls, call{
		op:    r.op,
		name:  kernelNames[k],
		bytes: bytes,
		run:   func() error { return device.Launch(fn, grid, block, 0, args...) },
	})
}

// elementwise records a launch of k with one thread for each kernels.ElementsPerThread of
// n elements.
func (r *recorder) elementwise(k kernel, n, bytes int, args ...driver.Arg) {
	r.launch(k, driver.Dim{X: blocks(n, kernels.ElementsPerThread*blockThreads)}, driver.Dim{X: blockThreads}, bytes, args...)
}

// blocks returns how many blocks of the given size n elements take.
func blocks(n, size int) int { return (n + size - 1) / size }
