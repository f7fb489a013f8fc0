package verify

import (
	"encoding/binary"

	"mnistgpu/internal/backend"
)

// spot is an element of one output of one verb of a step.
type spot struct {
	verb, output int
	part         float64 // 0 is the first element, 1 the last
}

// index is the index of the element, of n.
func (p spot) index(n int) int { return int(p.part * float64(n-1)) }

// A liar is a backend that writes a wrong bit when the verbs of a given step of
// training run one by one.
type liar struct {
	backend.Backend
	step  int // the step to lie in
	where spot

	verbs []*verb // of the first step recorded
	alone int     // number of verbs recorded alone
}

// Capture records the verbs. The package under test records the step first, and
// then each verb.
func (l *liar) Capture(step func(backend.Ops)) (backend.Graph, error) {
	r := new(recorder)
	step(backend.Checked(r))
	g, err := l.Backend.Capture(step)
	if l.verbs == nil && len(r.verbs) > 1 && !r.counter.IsZero() {
		l.verbs = r.verbs
		return g, err
	}
	if l.verbs == nil || len(r.verbs) != 1 || l.alone == len(l.verbs) {
		return g, err
	}
	l.alone++
	if l.alone-1 != l.where.verb {
		return g, err
	}
	return &lie{g, l, r.verbs[0].writes[l.where.output].tensor, 0}, err
}

// A lie is a verb with a wrong bit in its output.
type lie struct {
	backend.Graph
	l    *liar
	t    backend.Tensor
	runs int
}

// Replay runs the verb. Every third step is verified; the second one verified is step
// 5.
func (g *lie) Replay() error {
	if err := g.Graph.Replay(); err != nil {
		return err
	}
	g.runs++
	if 3*g.runs-1 != g.l.step {
		return nil
	}
	raw := make([]byte, g.t.Bytes())
	if err := g.l.Download(raw, g.t); err != nil {
		return err
	}
	flip(g.t.DType, raw, g.l.where.index(g.t.Len()))
	return g.l.Upload(g.t, raw)
}

// flip flips the highest bit of the exponent of an element, or the lowest bit of a
// whole number.
func flip(dt backend.DType, raw []byte, i int) {
	order := binary.NativeEndian
	switch dt {
	case backend.Int32:
		order.PutUint32(raw[4*i:], order.Uint32(raw[4*i:])^1)
	case backend.Float32:
		order.PutUint32(raw[4*i:], order.Uint32(raw[4*i:])^1<<30)
	case backend.Float64:
		order.PutUint64(raw[8*i:], order.Uint64(raw[8*i:])^1<<62)
	}
}
