package cpu

import (
	"mnistgpu/cpu/internal/kernel"
	"mnistgpu/internal/backend"
)

// Capture records the verbs of step as a list of calls with bound operands. The
// list freezes what a CUDA graph would freeze: shapes and Go scalars.
func (b *Backend) Capture(step func(backend.Ops)) (backend.Graph, error) {
	r := &recorder{b: b}
	var ops backend.Ops = kernelRecorder{r}
	if b.blas != nil {
		ops = denseRecorder{r, b.blas}
	}
	step(backend.Checked(ops))
	return graph(r.calls), nil
}

// graph is a recorded step.
type graph []func()

// Replay computes the step before it returns.
func (g graph) Replay() error {
	for _, call := range g {
		call()
	}
	return nil
}

// recorder implements the verbs that are the same for all kernels: each appends the
// call that computes it. It also keeps track of what the scratch memory will hold
// when the next verb is computed.
type recorder struct {
	b     *Backend
	calls []func()

	listed     backend.Rows     // whose lists, or floats, are in scratch
	active     []backend.Tensor // whose active rows are in scratch
	transposed backend.Tensor   // whose transpose is in scratch
}

// record appends a call.
func (r *recorder) record(call func()) { r.calls = append(r.calls, call) }

// parallel appends a call of f for each part.
func (r *recorder) parallel(parts int, f func(part int)) {
	r.byThreads(parts, func(_, part int) { f(part) })
}

// byThreads appends a call of f for each part, with the number of the thread it runs
// on.
func (r *recorder) byThreads(parts int, f func(thread, part int)) {
	pool := r.b.pool
	r.record(func() { pool.run(parts, f) })
}

// wrote forgets what was derived from t, because a verb writes to it.
func (r *recorder) wrote(t backend.Tensor) {
	if x := r.listed; t.Buffer == x.Order.Buffer || t.Buffer == x.Cursor.Buffer {
		r.listed = backend.Rows{}
	}
	for _, a := range r.active {
		if a.Buffer == t.Buffer {
			r.active = nil
		}
	}
	if r.transposed.Buffer == t.Buffer {
		r.transposed = backend.Tensor{}
	}
}

// Advance computes step += 1 and cursor += n.
func (r *recorder) Advance(step, cursor backend.Tensor, n int) {
	r.record(func() {
		if !step.IsZero() {
			data[int32](step)[0]++
		}
		if !cursor.IsZero() {
			data[int32](cursor)[0] += int32(n)
		}
	})
	r.wrote(step)
	r.wrote(cursor)
}

// scratch is memory that the steps of all graphs share, since only one is
// computed at a time.
type scratch struct {
	images   images
	active   kernel.Active // rows of a gradient
	all      kernel.Active // rows of a batch
	weights  kernel.Buffer // transposed weights
	outcomes []outcome     // of a batch's images
	dense    denseScratch
}

// split returns the bounds of a part of n elements.
func split(n, parts, part int) (first, end int) {
	return part * n / parts, (part + 1) * n / parts
}

// grow returns a slice of at least n elements, s itself if it is large enough.
func grow[T any](s []T, n int) []T {
	if len(s) < n {
		return make([]T, n)
	}
	return s
}
