// Package verify notices when a backend computes wrong numbers.
//
// [New] puts a backend behind checks: from time to time a step of training is run verb
// by verb, an oracle runs each verb on the same operands, and the results of both are
// compared within the limits of rounding. As each verb starts from what the device
// itself had before it, errors do not add up, and the limits are the limits of single sums.
// The step has the same effect as any other.
//
// The checks cover computing, not storage: numbers that change while nothing computes
// with them are taken as operands like any others. Only images and labels are
// remembered from the first check on.
package verify

import (
	"mnistgpu/internal/backend"
	"mnistgpu/internal/fault"
)

// Options are the options of [New].
type Options struct {
	Every int // number of training steps of which the last is verified

	// Precision is that of the device's products.
	Precision Precision
}

// A Precision says how far a product of factors x and w may be off, in addition to the
// rounding of its sums.
type Precision struct {
	factors float64 // in u·Σ|x||w| with u = 2⁻²⁴, from the rounding of its factors
	split   bool    // where x is bytes, w is in two parts, each with a product; other products are as in FP32
}

// The precisions. TF32 factors have 11 bits, with the rest possibly cut off by tensor
// cores, and BF16 factors have 8 bits. Split16 turns each product of a byte into two,
// with the other factor in two parts that have 23 bits together, or as many of them as
// are above splitFloor.
var (
	FP32    = Precision{}
	TF32    = Precision{factors: 1 << 15}
	BF16    = Precision{factors: 1 << 17}
	Split16 = Precision{factors: 2, split: true}
)

// splitFloor is how far a split number may be off, however small it is, given the
// largest one: two parts of float16 reach down to 2⁻⁵⁰ of the largest, which is scaled
// to at least 2¹⁴, or by at most 2¹⁰⁰.
func splitFloor(largest float64) float64 { return max(0x1p-50*largest, 0x1p-136) }

// verified is a backend behind checks.
type verified struct {
	backend.Backend
	oracle  backend.Backend
	options Options

	steps   int                               // of training so far
	good    int                               // the last step verified, counted from 0, or -1
	mirrors map[backend.Tensor]backend.Tensor // of the oracle
	known   map[backend.Tensor]bool           // mirrors of images and labels
	err     error                             // the first wrong number
}

// New returns b behind checks by the oracle, which the caller closes. Both must be used
// from one goroutine. A wrong number makes Replay return a [*fault.Error] of the kind
// fault.WrongNumber with a [*Mismatch]; after it only Close is allowed.
func New(b, oracle backend.Backend, o Options) backend.Backend {
	return &verified{
		Backend: b, oracle: oracle, options: o, good: -1,
		mirrors: map[backend.Tensor]backend.Tensor{}, known: map[backend.Tensor]bool{},
	}
}

// Capture records step. If it updates something, it is a step of training, and each of
// its verbs is also recorded separately, on both backends.
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

// Replay runs the step, and verifies it if its turn has come.
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

// verify runs the step verb by verb.
func (g *graph) verify() error {
	counter, err := backend.Download[int32](g.b, g.counter)
	if err != nil {
		return err
	}
	step := int(counter[0])
	for _, c := range g.checks {
		mismatch, err := c.run(g.b)
		if err != nil {
			return err
		}
		if mismatch != nil {
			mismatch.Step, mismatch.LastGood = step, g.b.good
			return &fault.Error{Kind: fault.WrongNumber, Err: mismatch}
		}
	}
	g.b.good = step
	return nil
}
