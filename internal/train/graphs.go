package train

import "mnistgpu/internal/backend"

// graphs holds a recorded step of a full batch, and one of the shorter batch that may
// be left at the end of the data.
type graphs struct {
	full, tail backend.Graph
	rows       int // of the full batch
}

// capture records step for each batch size that n images are cut into.
func capture(b backend.Backend, n, batch int, step func(ops backend.Ops, rows int)) (graphs, error) {
	g := graphs{rows: min(batch, n)}
	record := func(rows int) (backend.Graph, error) {
		return b.Capture(func(ops backend.Ops) { step(ops, rows) })
	}
	var err error
	if g.full, err = record(g.rows); err == nil && n%g.rows != 0 {
		g.tail, err = record(n % g.rows)
	}
	return g, err
}

// replay runs the step for the next of the images that are left, and returns the number
// it took.
func (g graphs) replay(left int) (rows int, err error) {
	if left < g.rows {
		return left, g.tail.Replay()
	}
	return g.rows, g.full.Replay()
}

// stretch is a graph of several steps of a full batch, for a backend that benefits from
// it. The zero stretch has no graph.
type stretch struct {
	graph backend.Graph
	steps int
}

// captureStretch records the stretch that divides the full batches of an epoch into the
// fewest parts that the backend's limit allows, as equal as possible.
func (t *trainer) captureStretch() error {
	long, ok := t.b.(backend.LongGraphs)
	full := t.plan.images / t.plan.batch
	if !ok || full < 2 || long.StepsPerGraph() < 2 {
		return nil
	}
	parts := (full + long.StepsPerGraph() - 1) / long.StepsPerGraph()
	t.stretch.steps = full / parts
	var err error
	t.stretch.graph, err = t.b.Capture(func(ops backend.Ops) {
		for range t.stretch.steps {
			t.record(ops, t.plan.batch)
		}
	})
	return err
}

// stepsUntilDue is the number of steps that may be taken in one go: a stretch, or as many
// as there are before an evaluation or a save may be due.
func (t *trainer) stepsUntilDue() int {
	most := max(1, t.stretch.steps)
	if t.saver != nil && t.saver.Every() > 0 {
		most = min(most, t.saver.Every()-t.step%t.saver.Every())
	}
	for n := 1; n < most; n++ {
		if t.config.evaluateAfter(t.step+n-1, t.plan) {
			return n
		}
	}
	return most
}

// advanceBy takes the given number of steps.
func (t *trainer) advanceBy(steps int) error {
	for end := t.step + steps; t.step < end; {
		if err := t.advance(end - t.step); err != nil {
			return err
		}
	}
	return nil
}

// advance takes the next step or, if there is a stretch of no more than most steps that
// fits into what is left of the epoch, the steps of the stretch.
func (t *trainer) advance(most int) error {
	inEpoch := t.step % t.plan.perEpoch
	if inEpoch == 0 {
		if err := t.beginEpoch(); err != nil {
			return err
		}
	}
	left := t.plan.images - inEpoch*t.plan.batch
	if s := t.stretch; s.graph != nil && s.steps <= most && s.steps*t.plan.batch <= left {
		t.step += s.steps
		return s.graph.Replay()
	}
	t.step++
	_, err := t.graphs.replay(left)
	return err
}
