package nn

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/backend/backendtest"
)

// chunked is the reference backend with a different number of rows per chunk.
type chunked struct {
	*backendtest.Reference
	rows int
}

func (c chunked) ChunkRows() int { return c.rows }

// fixture is a network on the reference backend, and a batch for it.
type fixture struct {
	t     *testing.T
	b     chunked
	m     *MLP
	batch Batch
	tally backend.Tally
	rule  Optimizer
}

var fixtureWidths = []int{20, 16, 8, 3}

const (
	fixtureRows = 16 // a power of two: 1/16 is exact
	fixtureRate = 0.25
	fixtureL2   = 0.125
)

// newFixture makes a network of the fixture's widths and a batch of 16 random
// images. The standard deviation is large enough for all units to take part.
func newFixture(t *testing.T, chunk int, method Method) *fixture {
	t.Helper()
	f := &fixture{t: t, b: chunked{new(backendtest.Reference), chunk}}
	var err error
	f.m, err = New(f.b, fixtureWidths, fixtureRows, 0.7, 1, method)
	f.must(err)

	draw := rand.New(rand.NewPCG(2, 0))
	images, labels, order := make([]uint8, 20*20), make([]uint8, 20), make([]int32, 20)
	for i := range images {
		images[i] = uint8(draw.IntN(256))
	}
	for i := range labels {
		labels[i], order[i] = uint8(draw.IntN(3)), int32(19-i)
	}
	rows := backend.Rows{Order: upload(f, 20, 1, order), Cursor: upload(f, 1, 1, []int32{3}), Count: fixtureRows}
	f.batch = Batch{rows, rows}
	f.batch.Images.Data, f.batch.Images.Scale = upload(f, 20, 20, images), 1.0/255
	f.batch.Labels.Data = upload(f, 20, 1, labels)

	step := upload(f, 1, 1, []int32{1})
	f.tally = backend.Tally{Loss: upload(f, 2, 1, []float64{0, 0}), Hits: upload(f, 2, 1, []int32{0, 0}), Step: step}
	f.rule = Optimizer{Method: method, LearningRate: upload(f, 2, 1, []float32{100, fixtureRate}), Step: step, L2: fixtureL2}
	return f
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func upload[T backend.Element](f *fixture, rows, cols int, values []T) backend.Tensor {
	f.t.Helper()
	t, err := backend.New(f.b, rows, cols, values)
	f.must(err)
	return t
}

// run records step and replays it once.
func (f *fixture) run(step func(backend.Ops)) {
	f.t.Helper()
	g, err := f.b.Capture(step)
	f.must(err)
	f.must(g.Replay())
}

// loss returns the mean loss of the batch, and leaves the tally at zero.
func (f *fixture) loss() (float64, error) {
	f.b.Values(f.tally.Loss)[1] = 0
	f.run(func(ops backend.Ops) { f.m.Evaluate(ops, f.batch, f.tally) })
	loss := f.b.Values(f.tally.Loss)[1] / fixtureRows
	f.b.Values(f.tally.Loss)[1] = 0
	return loss, nil
}

// params returns the parameters, in the reference's own memory.
func (f *fixture) params() [][]float64 {
	var params [][]float64
	for _, p := range f.m.Params() {
		params = append(params, f.b.Values(p.Tensor))
	}
	return params
}

// copies returns copies of the current parameters.
func (f *fixture) copies() [][]float64 {
	params := f.params()
	for i := range params {
		params[i] = slices.Clone(params[i])
	}
	return params
}

// TestStepDescends derives the gradient from what a step changes, and compares it with
// differences of the loss.
func TestStepDescends(t *testing.T) {
	for _, chunk := range []int{fixtureRows, 5} {
		f := newFixture(t, chunk, SGD)
		before := f.copies()
		f.run(func(ops backend.Ops) { f.m.Step(ops, f.batch, f.tally, f.rule) })
		grads := f.copies()
		for i := range grads {
			for j, after := range grads[i] {
				grads[i][j] = (before[i][j] - after) / fixtureRate
				if isWeight := i%2 == 0; isWeight {
					grads[i][j] -= fixtureL2 * before[i][j]
				}
			}
		}
		fresh := newFixture(t, fixtureRows, SGD)
		if err := backendtest.CheckGradient(fresh.loss, fresh.params(), grads); err != nil {
			t.Errorf("in chunks of %d: %v", chunk, err)
		}
	}
}

// TestChunksAddUp compares a step in chunks with the same step in one piece.
// Both are float64, so that only the order of summation differs.
func TestChunksAddUp(t *testing.T) {
	whole := newFixture(t, fixtureRows, SGD)
	whole.run(func(ops backend.Ops) { whole.m.Step(ops, whole.batch, whole.tally, whole.rule) })
	for _, chunk := range []int{1, 5, 15} {
		f := newFixture(t, chunk, SGD)
		f.run(func(ops backend.Ops) { f.m.Step(ops, f.batch, f.tally, f.rule) })
		for i, want := range whole.params() {
			for j, got := range f.params()[i] {
				if !(math.Abs(got-want[j]) <= 1e-14) {
					t.Errorf("chunks of %d: parameter %d of tensor %d is %v, want %v", chunk, j, i, got, want[j])
				}
			}
		}
		got, want := f.b.Values(f.tally.Loss), whole.b.Values(whole.tally.Loss)
		if got[0] != 0 || !(math.Abs(got[1]-want[1]) <= 1e-13) {
			t.Errorf("chunks of %d: losses %v, want %v", chunk, got, want)
		}
	}
}

// TestStepLearns repeats one batch until the network knows it by heart.
func TestStepLearns(t *testing.T) {
	f := newFixture(t, fixtureRows, SGD)
	f.rule.L2 = 0
	first, _ := f.loss()
	for range 2000 {
		f.run(func(ops backend.Ops) { f.m.Step(ops, f.batch, f.tally, f.rule) })
	}
	if last, _ := f.loss(); !(last < first/100) {
		t.Errorf("the loss went from %v to %v", first, last)
	}
}

func TestParams(t *testing.T) {
	f := newFixture(t, 5, SGD)
	want := []Param{
		{Name: "layers.0.weight", Shape: []int{20, 16}}, {Name: "layers.0.bias", Shape: []int{16}},
		{Name: "layers.1.weight", Shape: []int{16, 8}}, {Name: "layers.1.bias", Shape: []int{8}},
		{Name: "layers.2.weight", Shape: []int{8, 3}}, {Name: "layers.2.bias", Shape: []int{3}},
	}
	got := f.m.Params()
	if len(got) != len(want) {
		t.Fatalf("%d parameters, want %d", len(got), len(want))
	}
	for i, p := range got {
		n := 1
		for _, dim := range want[i].Shape {
			n *= dim
		}
		if p.Name != want[i].Name || !slices.Equal(p.Shape, want[i].Shape) || p.Tensor.Len() != n {
			t.Errorf("parameter %d is %s %v of %d elements, want %s %v", i, p.Name, p.Shape, p.Tensor.Len(), want[i].Name, want[i].Shape)
		}
	}
}
