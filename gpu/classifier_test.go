//go:build cuda && linux

package gpu

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/backend"
)

// joint has the operands of a ClassifierSGD and of the LinearSGD after it.
type joint struct {
	c           backend.Classifier
	tally       backend.Tally
	labels      backend.Rows
	sgd         backend.SGD
	w, b, x, dy backend.Tensor
	rate        backend.SGD // of the LinearSGD
}

// newJoint makes the operands, all zero, for that many rows through the layers 5-33-10.
func newJoint(t *testing.T, b backend.Backend, rows int) joint {
	t.Helper()
	alloc := func(dt backend.DType, rows, cols int) backend.Tensor {
		made, err := b.Alloc(dt, rows, cols)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	const pixels, hidden, classes = 5, 33, 10
	matrix := func(rows, cols int) backend.Tensor { return alloc(backend.Float32, rows, cols) }
	counter := func(n int) backend.Tensor { return alloc(backend.Int32, n, 1) }
	step := counter(1)
	j := joint{
		c: backend.Classifier{
			X: matrix(rows, hidden), DX: matrix(rows, hidden), Logits: matrix(rows, classes), DLogits: matrix(rows, classes),
			W: matrix(hidden, classes), B: matrix(1, classes), Act: backend.ReLU,
		},
		tally:  backend.Tally{Loss: alloc(backend.Float64, 4, 1), Hits: counter(4), Step: step},
		labels: backend.Rows{Data: alloc(backend.Uint8, 1, 1), Order: counter(rows), Cursor: counter(1), Count: rows, Scale: 1},
		sgd:    backend.SGD{LearningRate: matrix(4, 1), Step: step},
		w:      matrix(pixels, hidden),
		b:      matrix(1, hidden),
		x:      matrix(rows, pixels),
	}
	j.dy, j.rate = j.c.DX, j.sgd
	return j
}

// TestBiasJoinsTheClassifier counts the calls of two updates, where the second can be
// part of the first and where something prevents that.
func TestBiasJoinsTheClassifier(t *testing.T) {
	simulate(t)
	b, err := Open(Options{Engine: Fused})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	const together, apart = 3, 4 // classifier, its update, the product, and another for the bias
	for _, test := range []struct {
		name    string
		rows    int
		want    int
		change  func(j *joint)
		between func(r *recorder, j joint)
	}{
		{"good", 20, together, nil, nil},
		{"L2 of both", 20, together + 1, func(j *joint) { j.sgd.L2, j.rate.L2 = 1, 1 }, nil},
		{"another gradient", 20, apart, func(j *joint) { j.dy = j.c.X }, nil},
		{"another rate", 20, apart, func(j *joint) { j.rate.LearningRate = newJoint(t, b, 1).rate.LearningRate }, nil},
		{"another step", 20, apart, func(j *joint) { j.rate.Step = newJoint(t, b, 1).rate.Step }, nil},
		{"the next step", 20, apart, nil, func(r *recorder, j joint) { r.Advance(j.sgd.Step, j.labels.Cursor, 0) }},
		{"another verb before it", 20, apart + 1, nil, func(r *recorder, j joint) { r.SGDStep(j.c.X, j.c.DX, j.sgd) }},
		{"a bias that the classifier updates too", 20, apart, func(j *joint) { j.b = j.c.W.Top(1) }, nil},
		{"a bias that the classifier reads", 20, apart, func(j *joint) { j.b = j.c.X.Top(1) }, nil},
		{"many rows", slabRows + 1, apart + 1, nil, nil},
	} {
		j := newJoint(t, b, test.rows)
		if test.change != nil {
			test.change(&j)
		}
		r := &recorder{b: b.(*Backend)}
		r.ClassifierSGD(j.c, j.tally, j.labels, 1, j.sgd)
		if test.between != nil {
			test.between(r, j)
		}
		r.LinearSGD(j.w, j.b, j.x, j.dy, j.rate)
		if r.err != nil {
			t.Fatal(r.err)
		}
		if len(r.calls) != test.want {
			t.Errorf("%s: %d calls, want %d", test.name, len(r.calls), test.want)
		}
	}
}

// TestWrongJoinsShow leaves out parts of what joins the classifier's update. Each
// omission must change what a training learns.
func TestWrongJoinsShow(t *testing.T) {
	simulate(t)
	task := small
	task.rule, task.steps = noL2, 2
	want, err := task.trainOn(opener(Options{Engine: Fused}))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		fault         string
		below, scales bool // are there
	}{{"none", true, true}, {"no blocks for the bias", false, true}, {"no rate for the product", true, false}} {
		got, err := task.trainOn(func() (backend.Backend, error) {
			b, err := Open(Options{Engine: Fused, NoGraph: true})
			return wrongJoins{b, test.below, test.scales}, err
		})
		if err != nil {
			t.Fatal(err)
		}
		if same := cmp.Equal(want, got, cmp.AllowUnexported(outcome{})); same != (test.fault == "none") {
			t.Errorf("%s: the same results: %t", test.fault, same)
		}
	}
}

// wrongJoins records updates of the classifier that include only some of the others.
type wrongJoins struct {
	backend.Backend
	below, scales bool
}

func (w wrongJoins) Capture(step func(backend.Ops)) (backend.Graph, error) {
	b := w.Backend.(*Backend)
	r := &recorder{b: b}
	step(wrongUpdate{r, w})
	r.settle()
	return &list{b, r.calls}, r.err
}

type wrongUpdate struct {
	*recorder
	wrong wrongJoins
}

// TwoLayerSGD is the verbs that it stands for, as w records them.
func (w wrongUpdate) TwoLayerSGD(s backend.TwoLayerStep) { s.Verbs(w) }

func (w wrongUpdate) LinearSGD(weights, b backend.Tensor, x backend.Input, dy backend.Tensor, sgd backend.SGD) {
	r := w.recorder
	at := r.lastAt
	r.LinearSGD(weights, b, x, dy, sgd)
	rest := r.calls[at:]
	r.calls = r.calls[:at-1]
	below, scales := address(b), r.reserve(updateScales, 8)
	if !w.wrong.below {
		below = 0
	}
	if !w.wrong.scales {
		scales = 0
	}
	rest = append([]call(nil), rest...)
	r.updateClassifier(r.last, below, scales)
	r.calls = append(r.calls, rest...)
}
