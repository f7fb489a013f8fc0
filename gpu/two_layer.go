//go:build cuda && linux

package gpu

import (
	"fmt"

	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
	"mnistgpu/kernels"
)

// stretch is a launch of two_layer_sgd: the same step several times, each followed by
// its Advance, except perhaps the last.
type stretch struct {
	backend.TwoLayerStep
	steps, ahead  int
	units, blocks int
	exchange      driver.Ptr
	end           int // number of the recorder's calls up to and including the launch
}

// TwoLayerSGD is one launch for this step and the equal steps recorded just before it,
// if the kernel that keeps the weights in shared memory can take it. Otherwise it is
// the verbs that it replaces.
func (r *recorder) TwoLayerSGD(step backend.TwoLayerStep) {
	if s := r.stretch; s != nil && s.end == len(r.calls) && s.TwoLayerStep == step && s.ahead == s.steps && r.ahead.steps == 0 {
		s.steps++
		r.calls[s.end-1].count(s)
		return
	}
	units, reason := 0, "each verb is fused at most"
	if r.b.options.Engine != Fused {
		units, reason = r.unitsOf(step)
	}
	switch {
	case reason == "":
		r.op = "TwoLayerSGD"
		r.begin(step, units)
	case r.b.options.Engine == Persistent:
		r.refuse(reason)
	default:
		step.Verbs(r)
	}
}

// unitsOf returns how many hidden units a block of two_layer_sgd takes, or the reason
// why the kernel cannot take the step.
func (r *recorder) unitsOf(s backend.TwoLayerStep) (units int, reason string) {
	rows, in := s.Images.Shape()
	switch {
	case rows > kernels.TwoLayerRows:
		return 0, fmt.Sprintf("a batch must have at most %d images (got %d)", kernels.TwoLayerRows, rows)
	case in%4 != 0:
		return 0, fmt.Sprintf("images must have a multiple of 4 pixels (got %d)", in)
	case s.Last.Logits.Cols > kernels.MaxClasses:
		return 0, fmt.Sprintf("there must be at most %d classes (got %d)", kernels.MaxClasses, s.Last.Logits.Cols)
	case s.Last.Act != backend.ReLU:
		return 0, "a hidden layer without ReLU"
	case s.Labels.Order != s.Images.Order || s.Labels.Cursor != s.Images.Cursor || s.Labels.Offset != s.Images.Offset:
		return 0, "labels in another order than the images"
	case s.Tally.Step != s.SGD.Step:
		return 0, "losses and learning rates of different steps"
	}
	for _, units := range []int{kernels.TwoLayerMinUnits, kernels.TwoLayerMaxUnits} {
		resident, err := r.b.resident(kernels.TwoLayerSharedBytes(rows, in, units))
		if err != nil {
			r.err = failed("TwoLayerSGD", err)
			return units, ""
		}
		if blocks(s.First.W.Cols, units) <= resident {
			return units, ""
		}
	}
	return 0, fmt.Sprintf("%d hidden units and %d images of %d pixels are more than this GPU holds at once",
		s.First.W.Cols, rows, in)
}

// resident returns how many blocks of two_layer_sgd with that much shared memory the
// device holds at the same time. It asks the driver once.
func (b *Backend) resident(shared int) (int, error) {
	if n, ok := b.residents[shared]; ok {
		return n, nil
	}
	n, err := b.device.Resident(b.kernels[twoLayerSGD], kernels.TwoLayerThreads, shared)
	if err == nil {
		b.residents[shared] = n
	}
	return n, err
}

// begin records a launch of one step, after it has brought the device's counters up to
// date.
func (r *recorder) begin(step backend.TwoLayerStep, units int) {
	r.settle()
	s := &stretch{TwoLayerStep: step, steps: 1, units: units, blocks: blocks(step.First.W.Cols, units)}
	rows, in := step.Images.Shape()
	s.exchange = r.reserve(stepExchange, kernels.TwoLayerExchange+4*rows*s.blocks*step.Last.Logits.Cols)
	device, fn := r.b.device, r.b.kernels[twoLayerSGD]
	r.calls = append(r.calls, call{
		op:   r.op,
		name: kernelNames[twoLayerSGD],
		run: func() error {
			return device.LaunchCooperative(fn, driver.Dim{X: s.blocks}, driver.Dim{X: kernels.TwoLayerThreads},
				kernels.TwoLayerSharedBytes(rows, in, units), s.args()...)
		},
	})
	r.cooperative, r.stretch, s.end = true, s, len(r.calls)
	r.calls[s.end-1].count(s)
}

// count sets the least work that all steps of s take: the weights are read and written
// once, images and parts of logits in each step.
func (c *call) count(s *stretch) {
	rows, in := s.Images.Shape()
	hidden, classes := s.First.W.Cols, s.Last.Logits.Cols
	c.flops = s.steps * (4*rows*in*hidden + 6*rows*hidden*classes)
	c.bytes = 8*hidden*(in+classes) + s.steps*(rows*in+8*rows*s.blocks*classes)
}

// args returns the kernel's arguments for the steps so far.
func (s *stretch) args() []driver.Arg {
	rows, in := s.Images.Shape()
	return []driver.Arg{
		address(s.Tally.Loss).Arg(), address(s.Tally.Hits).Arg(),
		address(s.First.W).Arg(), address(s.First.B).Arg(), address(s.Last.W).Arg(), address(s.Last.B).Arg(),
		address(s.SGD.Step).Arg(), address(s.Images.Cursor).Arg(), s.exchange.Arg(),
		address(s.Images.Data).Arg(), address(s.Labels.Data).Arg(), address(s.Images.Order).Arg(),
		address(s.SGD.LearningRate).Arg(),
		driver.Int(s.Images.Offset), driver.Int(rows), driver.Int(in), driver.Int(s.First.W.Cols),
		driver.Int(s.Last.Logits.Cols), driver.Float(s.Images.Scale), driver.Float(s.Scale), driver.Float(s.SGD.L2),
		driver.Int(s.units), driver.Int(s.steps), driver.Int(s.ahead),
	}
}

// advances makes an Advance part of the last launch, if it is that of the launch's step
// and cursor, and reports whether it did.
func (r *recorder) advances(step, cursor backend.Tensor, n int) bool {
	s := r.stretch
	if s == nil || s.end != len(r.calls) || s.ahead == s.steps || r.ahead.steps > 0 ||
		step != s.SGD.Step || cursor != s.Images.Cursor || n != s.Images.Count {
		return false
	}
	s.ahead++
	return true
}
