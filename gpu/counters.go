//go:build cuda && linux

package gpu

import (
	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
)

// Advancing the counters on the device would take one more launch after each step of a
// graph. Instead the recorder counts: it keeps track of how far the counters are ahead
// of their values on the device, and adds that to the addresses and offsets that
// kernels get. A kernel adds the device's value itself, and so reaches the address that
// it would have reached otherwise: what is in bounds stays in bounds.

// ahead is how far a step, a cursor or both are ahead of their values on the device.
type ahead struct {
	step, cursor backend.Tensor
	steps, rows  int
}

// of returns how far the counter t is ahead.
func (a ahead) of(t backend.Tensor) int {
	switch {
	case a.is(a.step, t):
		return a.steps
	case a.is(a.cursor, t):
		return a.rows
	}
	return 0
}

// is reports whether there is a counter and t has the same buffer.
func (ahead) is(counter, t backend.Tensor) bool {
	return !counter.IsZero() && counter.Buffer == t.Buffer
}

// Advance only counts: settle records the launch. A launch of whole steps advances the
// counters itself.
func (r *recorder) Advance(step, cursor backend.Tensor, n int) {
	if r.advances(step, cursor, n) {
		r.rows = backend.Rows{} // the cursor has moved: equal Rows are now other rows
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
	r.rows = backend.Rows{} // the cursor has moved: equal Rows are now other rows
	r.launch(advance, driver.Dim{X: 1}, driver.Dim{X: 1}, 16,
		address(a.step).Arg(), address(a.cursor).Arg(), driver.Int(a.steps), driver.Int(a.rows))
	r.op = op
}

// settled calls settle if one of the counters is the order of a verb's rows, which the
// kernel reads from the device. It has to come before anything else in the verb. A
// counter may also be the tensor that hits are added to, which need not be up to date
// for that.
func (r *recorder) settled(order backend.Tensor) {
	if r.ahead.is(r.ahead.step, order) || r.ahead.is(r.ahead.cursor, order) {
		r.settle()
	}
}

// offset returns the offset of rows from the cursor's value on the device.
func (r *recorder) offset(rows backend.Rows) int { return rows.Offset + r.ahead.of(rows.Cursor) }

// table returns the address of t, which has one number per step, moved on by as many
// steps as the counter step is ahead.
func (r *recorder) table(t, step backend.Tensor) driver.Ptr {
	return address(t) + driver.Ptr(r.ahead.of(step)*t.DType.Size())
}
