package verify

import (
	"fmt"
	"math"

	"mnistgpu/internal/backend"
)

// A Mismatch is the cause of a [*fault.Error]: a number that the device computed and that differs from the
// oracle's by more than rounding explains.
type Mismatch struct {
	Step     int    // of training, counted from 0
	LastGood int    // the last step verified before, or -1
	Op       string // the verb
	Output   string // its operand, as in backend.Ops
	Tensor   backend.Tensor
	Index    int // of the element, row by row

	Got, Want, Limit float64
}

// Error is one line.
func (e *Mismatch) Error() string {
	since := "none before was verified"
	if e.LastGood >= 0 {
		since = fmt.Sprintf("the last step found right is %d", e.LastGood)
	}
	return fmt.Sprintf("wrong number at step %d: %s of %s (%dx%d), element [%d, %d], is %.9g and should be %.9g, off by %.3g where rounding explains %.3g; %s",
		e.Step, e.Output, e.Op, e.Tensor.Rows, e.Tensor.Cols, e.Index/e.Tensor.Cols, e.Index%e.Tensor.Cols,
		e.Got, e.Want, math.Abs(e.Got-e.Want), e.Limit, since)
}

// compare returns the first element that is off by more than its limit, or nil.
func (o output) compare(got []float64, v values) *Mismatch {
	for i, x := range got {
		if x == v.want[i] || math.IsNaN(x) && math.IsNaN(v.want[i]) {
			continue
		}
		if limit := o.limit(v, i); !(math.Abs(x-v.want[i]) <= limit) {
			return &Mismatch{Output: o.name, Tensor: o.tensor, Index: i, Got: x, Want: v.want[i], Limit: limit}
		}
	}
	return nil
}
