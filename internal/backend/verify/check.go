package verify

import (
	"math"

	"mnistgpu/internal/backend"
)

// A check is a verb that both backends have recorded.
type check struct {
	*verb
	device, oracle backend.Graph
	sizer          backend.Graph // on the oracle, or nil
	sizes          []backend.Tensor
}

// record prepares the check of a verb, so that everything that it needs exists before
// the first step.
func (b *verified) record(v *verb) (*check, error) {
	c := &check{verb: v}
	tensors := append([]backend.Tensor(nil), v.reads...)
	for _, o := range v.writes {
		tensors = append(tensors, o.tensor)
	}
	for _, t := range tensors {
		if err := b.mirror(t); err != nil {
			return nil, err
		}
	}
	var err error
	c.device, err = b.Backend.Capture(func(ops backend.Ops) { v.run(ops, itself) })
	if err != nil {
		return nil, err
	}
	c.oracle, err = b.oracle.Capture(func(ops backend.Ops) { v.run(ops, b.there) })
	if err != nil || v.sizes == nil {
		return c, err
	}
	for _, o := range v.writes {
		t, err := b.oracle.Alloc(o.tensor.DType, o.tensor.Rows, o.tensor.Cols)
		if err != nil {
			return nil, err
		}
		c.sizes = append(c.sizes, t)
	}
	c.sizer, err = b.oracle.Capture(func(ops backend.Ops) {
		v.sizes(ops, b.there, func(i int) backend.Tensor { return c.sizes[i] })
	})
	return c, err
}

// mirror allocates a tensor of the oracle that mirrors t, unless there is one.
func (b *verified) mirror(t backend.Tensor) (err error) {
	if _, ok := b.mirrors[t]; !ok {
		b.mirrors[t], err = b.oracle.Alloc(t.DType, t.Rows, t.Cols)
	}
	return err
}

// there returns the oracle's mirror of t. The zero Tensor has none, and is returned.
func (b *verified) there(t backend.Tensor) backend.Tensor { return b.mirrors[t] }

// run runs the verb on both backends and compares the results.
func (c *check) run(b *verified) (*Mismatch, error) {
	v := values{before: map[backend.Tensor][]float64{}, precision: b.options.Precision}
	if v.precision.split && c.rows.Data.IsZero() {
		v.precision = FP32
	}
	judged := true
	for _, t := range c.reads {
		values, err := b.copyOver(t)
		if err != nil {
			return nil, err
		}
		v.before[t] = values
		judged = judged && finite(values)
	}
	if mismatch := c.outside(v.before); mismatch != nil {
		return mismatch, nil
	}
	if err := c.oracle.Replay(); err != nil {
		return nil, err
	}
	if err := c.device.Replay(); err != nil {
		return nil, err
	}
	if !judged { // the run's own checks for finite numbers report it better
		return nil, nil
	}
	if v.precision.split {
		v.floor = 255 * math.Abs(float64(c.rows.Scale)) * splitFloor(largest(v.before[c.factor]))
	}
	wants := make([][]float64, len(c.writes))
	for i, o := range c.writes {
		var err error
		if wants[i], err = read(b.oracle, b.there(o.tensor)); err != nil {
			return nil, err
		}
	}
	sizes, err := c.measure(b, v.before)
	if err != nil {
		return nil, err
	}
	for i, o := range c.writes {
		got, err := read(b.Backend, o.tensor)
		if err != nil {
			return nil, err
		}
		v.want, v.size = wants[i], sizes[i]
		if mismatch := o.compare(got, v); mismatch != nil {
			mismatch.Op = c.op
			return mismatch, nil
		}
	}
	return nil, nil
}

// outside finds a row number that a verb reads and that is out of range: the oracle
// must not use it.
func (c *check) outside(before map[backend.Tensor][]float64) *Mismatch {
	r := c.rows
	if r.Data.IsZero() {
		return nil
	}
	wrong := func(name string, t backend.Tensor, index int, highest int) *Mismatch {
		got := before[t][index]
		if want := max(0, min(got, float64(highest))); got != want {
			return &Mismatch{Op: c.op, Output: name, Tensor: t, Index: index, Got: got, Want: want}
		}
		return nil
	}
	if mismatch := wrong("cursor", r.Cursor, 0, r.Order.Rows-r.Offset-r.Count); mismatch != nil {
		return mismatch
	}
	first := int(before[r.Cursor][0]) + r.Offset
	for i := range r.Count {
		if mismatch := wrong("order", r.Order, first+i, r.Data.Rows-1); mismatch != nil {
			return mismatch
		}
	}
	return nil
}

// measure computes the sizes of all outputs, from operands without signs.
func (c *check) measure(b *verified, before map[backend.Tensor][]float64) ([][]float64, error) {
	sizes := make([][]float64, len(c.writes))
	if c.sizer == nil {
		return sizes, nil
	}
	for t, values := range before {
		if t.DType != backend.Float32 {
			continue
		}
		absolute := make([]float32, len(values))
		for i, x := range values {
			absolute[i] = float32(math.Abs(x))
		}
		if err := backend.Upload(b.oracle, b.there(t), absolute); err != nil {
			return nil, err
		}
	}
	if err := c.sizer.Replay(); err != nil {
		return nil, err
	}
	for i, t := range c.sizes {
		var err error
		if sizes[i], err = read(b.oracle, t); err != nil {
			return nil, err
		}
	}
	return sizes, nil
}

// copyOver copies what the device has in t to the oracle, and returns it. Byte tensors,
// which never change, are copied once and not returned.
func (b *verified) copyOver(t backend.Tensor) ([]float64, error) {
	fixed := t.DType == backend.Uint8
	if fixed && b.known[t] {
		return nil, nil
	}
	raw := make([]byte, t.Bytes())
	if err := b.Download(raw, t); err != nil {
		return nil, err
	}
	if err := b.oracle.Upload(b.there(t), raw); err != nil {
		return nil, err
	}
	if fixed {
		b.known[t] = true
		return nil, nil
	}
	return t.DType.Decode(raw), nil
}

// read returns the elements of t.
func read(b backend.Backend, t backend.Tensor) ([]float64, error) {
	raw := make([]byte, t.Bytes())
	if err := b.Download(raw, t); err != nil {
		return nil, err
	}
	return t.DType.Decode(raw), nil
}

// largest returns the largest absolute value.
func largest(values []float64) (most float64) {
	for _, x := range values {
		most = max(most, math.Abs(x))
	}
	return most
}

func finite(values []float64) bool {
	for _, x := range values {
		if x-x != 0 {
			return false
		}
	}
	return true
}
