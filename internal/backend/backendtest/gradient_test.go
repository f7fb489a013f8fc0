package backendtest_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/backend/backendtest"
)

// newFloats makes a float32 tensor of normal numbers times scale.
func newFloats(r *backendtest.Reference, seed *rand.Rand, rows, cols int, scale float64) backend.Tensor {
	t, _ := r.Alloc(backend.Float32, rows, cols) // never fails
	for i := range r.Values(t) {
		r.Values(t)[i] = scale * seed.NormFloat64()
	}
	return t
}

// mlp is a net of two layers on the Reference, with the gradient of its mean loss.
type mlp struct {
	reference     *backendtest.Reference
	tally         backend.Tally
	forward       backend.Graph
	params, grads [][]float64
}

const (
	mlpBatch, mlpPixels, mlpHidden, mlpClasses = 16, 20, 12, 7
)

// newMLP makes the net and computes its gradient once.
func newMLP(t *testing.T) *mlp {
	t.Helper()
	r, seed := new(backendtest.Reference), rand.New(rand.NewPCG(5, 6))
	m := &mlp{reference: r}
	param := func(rows, cols int) (p, g backend.Tensor) {
		p, g = newFloats(r, seed, rows, cols, 0.3), newFloats(r, seed, rows, cols, 0)
		m.params, m.grads = append(m.params, r.Values(p)), append(m.grads, r.Values(g))
		return p, g
	}
	w1, dw1 := param(mlpPixels, mlpHidden)
	b1, db1 := param(1, mlpHidden)
	w2, dw2 := param(mlpHidden, mlpClasses)
	b2, db2 := param(1, mlpClasses)
	images, labels := newBatch(t, r, seed)
	hidden, dhidden := newFloats(r, seed, mlpBatch, mlpHidden, 0), newFloats(r, seed, mlpBatch, mlpHidden, 0)
	logits, dlogits := newFloats(r, seed, mlpBatch, mlpClasses, 0), newFloats(r, seed, mlpBatch, mlpClasses, 0)
	loss, _ := r.Alloc(backend.Float64, 1, 1)
	hits, _ := r.Alloc(backend.Int32, 1, 1)
	step, _ := r.Alloc(backend.Int32, 1, 1)
	m.tally = backend.Tally{Loss: loss, Hits: hits, Step: step}

	forward := func(ops backend.Ops) {
		ops.LinearForward(hidden, images, w1, b1, backend.ReLU)
		ops.LinearForward(logits, hidden, w2, b2, backend.Identity)
		ops.CrossEntropy(m.tally, dlogits, logits, labels, 1./mlpBatch)
	}
	backward, err := r.Capture(func(ops backend.Ops) {
		forward(ops)
		ops.LinearBackwardInput(dhidden, dlogits, w2, hidden, backend.ReLU)
		ops.LinearBackwardWeight(dw2, db2, hidden, dlogits, false)
		ops.LinearBackwardWeight(dw1, db1, images, dhidden, false)
	})
	if err == nil {
		err = backward.Replay()
	}
	if err != nil {
		t.Fatal(err)
	}
	if m.forward, err = r.Capture(forward); err != nil {
		t.Fatal(err)
	}
	return m
}

func newBatch(t *testing.T, b backend.Backend, seed *rand.Rand) (images, labels backend.Rows) {
	t.Helper()
	pixels, digits := make([]byte, mlpBatch*mlpPixels), make([]byte, mlpBatch)
	order := make([]int32, mlpBatch)
	for i := range pixels {
		pixels[i] = byte(seed.IntN(256))
	}
	for i := range digits {
		digits[i], order[i] = byte(seed.IntN(mlpClasses)), int32(seed.IntN(mlpBatch))
	}
	data, err1 := backend.New(b, mlpBatch, mlpPixels, pixels)
	number, err2 := backend.New(b, mlpBatch, 1, digits)
	row, err3 := backend.New(b, mlpBatch, 1, order)
	cursor, err4 := backend.New(b, 1, 1, []int32{0})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	images = backend.Rows{Data: data, Order: row, Cursor: cursor, Count: mlpBatch, Scale: 1. / 255}
	labels = backend.Rows{Data: number, Order: row, Cursor: cursor, Count: mlpBatch, Scale: 1}
	return images, labels
}

// loss is the mean loss of the batch.
func (m *mlp) loss() (float64, error) {
	sum := m.reference.Values(m.tally.Loss)
	sum[0] = 0
	err := m.forward.Replay()
	return sum[0] / mlpBatch, err
}

func TestGradient(t *testing.T) {
	m := newMLP(t)
	if err := backendtest.CheckGradient(m.loss, m.params, m.grads); err != nil {
		t.Error(err)
	}
}

// TestGradientBites shows that the check rejects gradients that are wrong in one
// element, and that no NaN passes.
func TestGradientBites(t *testing.T) {
	for name, spoil := range map[string]func(g *float64){
		"off by 1e-4": func(g *float64) { *g *= 1.0001 },
		"0":           func(g *float64) { *g = 0 },
		"negative":    func(g *float64) { *g = -*g },
		"NaN":         func(g *float64) { *g = math.NaN() },
		"infinite":    func(g *float64) { *g = math.Inf(1) },
	} {
		for tensor := range 4 {
			m := newMLP(t)
			spoil(largest(m.grads[tensor]))
			if err := backendtest.CheckGradient(m.loss, m.params, m.grads); err == nil {
				t.Errorf("an element of gradient %d that is %s passes", tensor, name)
			}
		}
	}
}

// largest returns the element of g that is farthest from 0.
func largest(g []float64) *float64 {
	at := 0
	for i := range g {
		if math.Abs(g[i]) > math.Abs(g[at]) {
			at = i
		}
	}
	return &g[at]
}

// TestGradientKeepsParams shows that the check restores all parameters.
func TestGradientKeepsParams(t *testing.T) {
	m := newMLP(t)
	before, _ := m.loss()
	if err := backendtest.CheckGradient(m.loss, m.params, m.grads); err != nil {
		t.Fatal(err)
	}
	if after, err := m.loss(); err != nil || after != before {
		t.Errorf("loss is %v afterwards (%v), was %v", after, err, before)
	}
}
