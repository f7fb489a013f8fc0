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

	// Precision is that of the device's products.
	Precision Precision
}

// A Precision says how far a product of factors x and w may be off, besides the
// roundings of its sums.
type Precision struct {
	factors float64 // in u·Σ|x||w| with u = 2⁻²⁴, as its factors are rounded
	split   bool    // only bytes x meet other factors, w in two parts, each with a product
}

// The precisions. The factors of TF32 have 11 bits, which tensor cores may cut off, and
// those of BF16 have 8 bits. Split16 makes two products of one of bytes, with the
// other factor in two parts that have 23 bits, or as many as are above splitFloor.
var (
	FP32    = Precision{}
	TF32    = Precision{factors: 1 << 15}
	BF16    = Precision{factors: 1 << 17}
	Split16 = Precision{factors: 2, split: true}
)

// splitFloor is how far a number may be off that is split, however small it is, if the
// largest one is that: two parts of float16 reach down to 2⁻⁵⁰ of the largest, which is
// scaled to 2¹⁴ at least, or by 2¹⁰⁰ at most.
func splitFloor(largest float64) float64 { return max(0x1p-50*largest, 0x1p-136) }

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
