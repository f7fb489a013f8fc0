package backendtest

import (
	"math"

	"mnistgpu/internal/backend"
)

// memoryMutants mistreat memory, as a whole or next to the result of a verb.
var memoryMutants = []mutant{
	{"description: no name", func(f *faulty) { f.name = "" }},
	{"Alloc: not zeroed", func(f *faulty) {
		good := f.alloc
		f.alloc = func(dt backend.DType, rows, cols int) (tensor, error) {
			t, err := good(dt, rows, cols)
			if dt == backend.Float64 {
				view(t).values[t.Len()-1] = math.NaN()
			}
			return t, err
		}
	}},
	{"Alloc: rows and columns swapped", func(f *faulty) {
		good := f.alloc
		f.alloc = func(dt backend.DType, rows, cols int) (tensor, error) { return good(dt, cols, rows) }
	}},
	{"Alloc: tensors of one size share memory", func(f *faulty) {
		good, last := f.alloc, map[tensor]tensor{}
		f.alloc = func(dt backend.DType, rows, cols int) (tensor, error) {
			t, err := good(dt, rows, cols)
			key := tensor{DType: dt, Rows: rows, Cols: cols}
			if old, ok := last[key]; ok {
				return old, nil
			}
			last[key] = t
			return t, err
		}
	}},
	{"Upload: last element lost", func(f *faulty) {
		f.upload = func(dst tensor, src []byte) error {
			kept := duplicate(dst)
			err := f.Reference.Upload(dst, src)
			if dst.DType == backend.Int32 {
				last := dst.Len() - 1
				view(dst).values[last] = view(kept).values[last]
			}
			return err
		}
	}},
	{"Upload: subnormal numbers become 0", func(f *faulty) {
		f.upload = func(dst tensor, src []byte) error {
			err := f.Reference.Upload(dst, src)
			for i, v := range view(dst).values {
				if dst.DType == backend.Float32 && math.Abs(v) < 0x1p-126 {
					view(dst).values[i] = 0
				}
			}
			return err
		}
	}},
	overrun("LinearForward: writes beyond y", func(v *verbs, beyond func(tensor)) {
		good := v.linearForward
		v.linearForward = func(y tensor, x backend.Input, w, b tensor, act backend.Activation) {
			good(y, x, w, b, act)
			beyond(y)
		}
	}),
	overrun("LinearBackwardInput: writes beyond dx", func(v *verbs, beyond func(tensor)) {
		good := v.linearBackwardInput
		v.linearBackwardInput = func(dx, dy, w, x tensor, act backend.Activation) {
			good(dx, dy, w, x, act)
			beyond(dx)
		}
	}),
	overrun("LinearBackwardWeight: writes beyond dw", func(v *verbs, beyond func(tensor)) {
		good := v.linearBackwardWeight
		v.linearBackwardWeight = func(dw, db tensor, x backend.Input, dy tensor, accumulate bool) {
			good(dw, db, x, dy, accumulate)
			beyond(dw)
		}
	}),
	overrun("SGDStep: writes beyond p", func(v *verbs, beyond func(tensor)) {
		good := v.sgdStep
		v.sgdStep = func(p, g tensor, sgd backend.SGD) {
			good(p, g, sgd)
			beyond(p)
		}
	}),
}

// overrun returns a mutant whose verb writes to the byte after its output.
func overrun(name string, spoil func(v *verbs, beyond func(tensor))) mutant {
	return mutant{name, func(f *faulty) {
		spoil(&f.verbs, func(t tensor) { view(f.after(t)).values[0] = 0 })
	}}
}
