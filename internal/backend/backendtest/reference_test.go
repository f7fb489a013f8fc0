package backendtest_test

import (
	"math"
	"slices"
	"testing"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/backend/backendtest"
)

// bench holds a Reference and the small tensors of a sum worked out by hand.
type bench struct {
	*backendtest.Reference
	t *testing.T
}

func newBench(t *testing.T) bench { return bench{new(backendtest.Reference), t} }

func (b bench) floats(rows, cols int, values ...float32) backend.Tensor {
	return put(b, rows, cols, values)
}

func put[T backend.Element](b bench, rows, cols int, values []T) backend.Tensor {
	b.t.Helper()
	t, err := backend.New(b, rows, cols, values)
	if err != nil {
		b.t.Fatal(err)
	}
	return t
}

func (b bench) run(step func(backend.Ops)) {
	b.t.Helper()
	g, err := b.Capture(step)
	if err == nil {
		err = g.Replay()
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// want compares at full precision; 1e-15 leaves room for exp and log.
func (b bench) want(name string, t backend.Tensor, values ...float64) {
	b.t.Helper()
	near := func(got, want float64) bool { return math.Abs(got-want) <= 1e-15*max(1, math.Abs(want)) }
	if got := b.Values(t); !slices.EqualFunc(got, values, near) {
		b.t.Errorf("%s is %v, want %v", name, got, values)
	}
}

func TestReferenceLinear(t *testing.T) {
	b := newBench(t)
	x := b.floats(2, 3, 1, 2, 3, -1, 0, 1)
	w := b.floats(3, 2, 1, 2, 3, 4, 5, 6)
	bias := b.floats(1, 2, 10, -50)
	dy := b.floats(2, 2, 1, -1, 2, 0.5)
	z, y := b.floats(2, 2, 9, 9, 9, 9), b.floats(2, 2, 9, 9, 9, 9)
	dx, masked := b.floats(2, 3, make([]float32, 6)...), b.floats(2, 3, make([]float32, 6)...)
	dw, db := b.floats(3, 2, 9, 9, 9, 9, 9, 9), b.floats(1, 2, 9, 9)
	added, addedBias := b.floats(3, 2, 1, 1, 1, 1, 1, 1), b.floats(1, 2, 1, 1)
	b.run(func(ops backend.Ops) {
		ops.LinearForward(z, x, w, bias, backend.Identity)
		ops.LinearForward(y, x, w, bias, backend.ReLU)
		ops.LinearBackwardInput(dx, dy, w, x, backend.Identity)
		ops.LinearBackwardInput(masked, dy, w, x, backend.ReLU)
		ops.LinearBackwardWeight(dw, db, x, dy, false)
		ops.LinearBackwardWeight(added, addedBias, x, dy, true)
	})
	b.want("z", z, 32, -22, 14, -46)
	b.want("y", y, 32, 0, 14, 0)
	b.want("dx", dx, -1, -1, -1, 3, 8, 13)
	b.want("dx with ReLU", masked, -1, -1, -1, 0, 0, 13)
	b.want("dw", dw, -1, -1.5, 2, -2, 5, -2.5)
	b.want("db", db, 3, -0.5)
	b.want("dw added", added, 0, -0.5, 3, -1, 6, -1.5)
	b.want("db added", addedBias, 4, 0.5)
}

func TestReferenceRows(t *testing.T) {
	b := newBench(t)
	x := backend.Rows{
		Data:   put(b, 3, 2, []uint8{1, 2, 3, 4, 5, 255}),
		Order:  put(b, 5, 1, []int32{0, 1, 0, 2, 2}),
		Cursor: put(b, 1, 1, []int32{1}),
		Offset: 1,
		Count:  3,
		Scale:  0.5,
	}
	w, bias := b.floats(2, 2, 1, 0, 0, 1), b.floats(1, 2, 0, 0)
	y := b.floats(3, 2, make([]float32, 6)...)
	b.run(func(ops backend.Ops) { ops.LinearForward(y, x, w, bias, backend.Identity) })
	b.want("y", y, 0.5, 1, 2.5, 127.5, 2.5, 127.5)
}

func TestReferenceUpdate(t *testing.T) {
	b := newBench(t)
	sgd := backend.SGD{LearningRate: b.floats(3, 1, 9, 0.5, 9), Step: put(b, 1, 1, []int32{1}), L2: 0.25}
	p, g := b.floats(1, 2, 4, -8), b.floats(1, 2, 1, 2)
	w, bias := b.floats(1, 2, 4, -8), b.floats(1, 2, 4, -8)
	x, dy := b.floats(2, 1, 1, 3), b.floats(2, 2, 1, 2, 3, 4)
	b.run(func(ops backend.Ops) {
		ops.SGDStep(p, g, sgd)
		ops.LinearSGD(w, bias, x, dy, sgd)
	})
	b.want("p", p, 3, -8)
	b.want("w", w, 4-0.5*(10+1), -8-0.5*(14-2))
	b.want("b", bias, 4-0.5*4, -8-0.5*6)
}

func TestReferenceCrossEntropy(t *testing.T) {
	b := newBench(t)
	ln := func(v float64) float32 { return float32(math.Log(v)) }
	// The first row is p = (1/4, 3/4), the second a tie, in which the first logit wins.
	logits := b.floats(3, 2, 0, ln(3), 5, 5, -10000, 10000)
	labels := backend.Rows{
		Data:   put(b, 3, 1, []uint8{1, 0, 0}),
		Order:  put(b, 3, 1, []int32{0, 1, 2}),
		Cursor: put(b, 1, 1, []int32{0}),
		Count:  3,
		Scale:  1,
	}
	tally := backend.Tally{
		Loss: put(b, 2, 1, []float64{7, 1}),
		Hits: put(b, 2, 1, []int32{7, 1}),
		Step: put(b, 1, 1, []int32{1}),
	}
	dlogits := b.floats(3, 2, make([]float32, 6)...)
	b.run(func(ops backend.Ops) {
		ops.CrossEntropy(tally, dlogits, logits, labels, 2)
		ops.Advance(tally.Step, labels.Cursor, 5)
	})
	third := math.Exp(float64(ln(3)))
	b.want("loss", tally.Loss, 7, 1+math.Log((1+third)/third)+math.Ln2+20000)
	b.want("dlogits", dlogits, 2/(1+third), -2/(1+third), -1, 1, -2, 2)
	counts := slices.Concat(get(b, tally.Hits), get(b, tally.Step), get(b, labels.Cursor))
	if want := []int32{7, 3, 2, 5}; !slices.Equal(counts, want) {
		t.Errorf("hits, step and cursor are %v, want %v", counts, want)
	}
}

func get(b bench, t backend.Tensor) []int32 {
	b.t.Helper()
	values, err := backend.Download[int32](b, t)
	if err != nil {
		b.t.Fatal(err)
	}
	return values
}

// TestReferencePrecision shows that a float32 tensor holds a float64.
func TestReferencePrecision(t *testing.T) {
	b := newBench(t)
	x := b.floats(1, 1, 1)
	b.Values(x)[0] += 1e-12
	down, err := backend.Download[float32](b, x)
	if err != nil {
		t.Fatal(err)
	}
	if b.Values(x)[0] != 1+1e-12 || down[0] != 1 {
		t.Errorf("holds %v and downloads %v, want 1.000000000001 and 1", b.Values(x)[0], down[0])
	}
}
