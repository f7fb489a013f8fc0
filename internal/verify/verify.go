// Package verify notices when a backend computes wrong numbers.
//
// [New] puts a backend behind checks: now and then a step of training is taken verb
// by verb, an oracle takes each verb with the same operands, and what both wrote is
// compared within the limits of rounding. As each verb starts from what the device
// itself had before it, errors do not add up, and the limits are those of single
// sums. The step has the same effect as any other.
//
// It is a check of computing, not of keeping: numbers that change while no one
// computes with them are operands like others. Images and labels alone are known
// from the first check on.
package verify

import (
	"encoding/binary"

	"mnistgpu/internal/backend"
)

// Options are the choices of [New].
type Options struct {
	Every int // steps of training, of which the last is verified

	// Factors is how far a product may be off because its factors are rounded, in
	// u·Σ|x||w| with u = 2⁻²⁴: see [Float32], [TF32] and [BFloat16].
	Factors float64
}

// What rounding the factors of a product adds to its error. Those of TF32 have 11
// bits, which tensor cores may cut off, and those of BFloat16 have 8 bits.
const (
	Float32  = 0
	TF32     = 1 << 15
	BFloat16 = 1 << 17
)

// verified is a backend behind checks.
type verified struct {
	backend.Backend
	oracle  backend.Backend
	options Options

	steps   int                               // of training so far
	good    int                               // the step that was verified last, counted from 0, or -1
	mirrors map[backend.Tensor]backend.Tensor // of the oracle
	known   map[backend.Tensor]bool           // mirrors of images and labels
	err     error                             // the first wrong number
}

// New returns b behind checks by the oracle, which the caller closes. Both must be
// used from one goroutine. The error of a wrong number is a [*MismatchError], from
// Replay; after it only Close is allowed.
func New(b, oracle backend.Backend, o Options) backend.Backend {
	return &verified{
		Backend: b, oracle: oracle, options: o, good: -1,
		mirrors: map[backend.Tensor]backend.Tensor{}, known: map[backend.Tensor]bool{},
	}
}

// Capture records step. If it updates something, it is a step of training, and each
// of its verbs is recorded once more by itself, on both backends.
func (b *verified) Capture(step func(backend.Ops)) (backend.Graph, error) {
	r := new(recorder)
	step(backend.Checked(r))
	whole, err := b.Backend.Capture(func(ops backend.Ops) {
		for _, v := range r.verbs {
			v.run(ops, itself)
		}
	})
	if err != nil || r.counter.IsZero() {
		return whole, err
	}
	g := &graph{Graph: whole, b: b, counter: r.counter}
	for _, v := range r.verbs {
		c, err := b.record(v)
		if err != nil {
			return nil, err
		}
		g.checks = append(g.checks, c)
	}
	return g, nil
}

// A graph is a step of training.
type graph struct {
	backend.Graph
	b       *verified
	counter backend.Tensor // (1, 1) Int32: the step
	checks  []*check
}

// Replay takes the step, and verifies it if its turn has come.
func (g *graph) Replay() error {
	b := g.b
	if b.err != nil {
		return b.err
	}
	b.steps++
	if b.steps%b.options.Every != 0 {
		return g.Graph.Replay()
	}
	b.err = g.verify()
	return b.err
}

// verify takes the step verb by verb.
func (g *graph) verify() error {
	counter := make([]byte, 4)
	if err := g.b.Download(counter, g.counter); err != nil {
		return err
	}
	step := int(int32(binary.NativeEndian.Uint32(counter)))
	for _, c := range g.checks {
		mismatch, err := c.run(g.b)
		if err != nil {
			return err
		}
		if mismatch != nil {
			mismatch.Step, mismatch.LastGood = step, g.b.good
			return mismatch
		}
	}
	g.b.good = step
	return nil
}
