//go:build cuda && linux

package gpu

import (
	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
)

// A launch that only counts would follow each step of a graph. So the recorder counts:
// it keeps how far the counters are ahead of what the device will find in them, and
// adds that to where kernels look. A kernel adds the counter itself, and so comes to
// the address that it would have come to: what is in bounds stays in bounds.

// ahead is how far a step and a cursor, or one of both, are ahead.
type ahead struct {
	step, cursor backend.Tensor
	steps, rows  int
}

// of is how far the counter t is ahead.
func (a ahead) of(t backend.Tensor) int {
	switch {
	case a.is(a.step, t):
		return a.steps
	case a.is(a.cursor, t):
		return a.rows
	}
	return 0
}

// is reports whether t lies where the counter does.
func (ahead) is(counter, t backend.Tensor) bool {
	return !counter.IsZero() && counter.Buffer == t.Buffer
}

// Advance counts, and records no launch before settle does. A launch of whole steps
// advances by itself.
func (r *recorder) Advance(step, cursor backend.Tensor, n int) {
	if r.advances(step, cursor, n) {
		r.rows = backend.Rows{} // the same rows of a cursor are others now
		return
	}
	if r.ahead.step != step || r.ahead.cursor != cursor {
		r.settle()
	}
	r.ahead = ahead{step, cursor, r.ahead.steps + 1, r.ahead.rows + n}
	if r.b.options.Engine == Ops {
		r.settle()
	}
}

// settle records the launch that brings the device's counters up to date.
func (r *recorder) settle() {
	a := r.ahead
	if a.steps == 0 {
		return
	}
	op := r.op
	r.op = "Advance"
	r.ahead = ahead{}
	r.rows = backend.Rows{} // the same rows of a cursor are others now
	r.launch(advance, driver.Dim{X: 1}, driver.Dim{X: 1}, 16,
		address(a.step).Arg(), address(a.cursor).Arg(), driver.Int(a.steps), driver.Int(a.rows))
	r.op = op
}

// settled records that launch if one of the counters is the order of a verb's rows,
// which the kernel reads as it is. It comes before all else of the verb. A counter may
// also be what hits are added to, for which it need not be up to date.
func (r *recorder) settled(order backend.Tensor) {
	if r.ahead.is(r.ahead.step, order) || r.ahead.is(r.ahead.cursor, order) {
		r.settle()
	}
}

// offset is that of rows from the cursor that the device will find.
func (r *recorder) offset(rows backend.Rows) int { return rows.Offset + r.ahead.of(rows.Cursor) }

// table is where a table of one number a step starts for the step that the device
// will find.
func (r *recorder) table(t, step backend.Tensor) driver.Ptr {
	return address(t) + driver.Ptr(r.ahead.of(step)*t.DType.Size())
}
