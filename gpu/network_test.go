//go:build cuda && linux

package gpu

import (
	"cmp"
	"fmt"
	"math/rand/v2"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/nn"
)

// An outcome is what a training leaves behind.
type outcome struct {
	params [][]float32 // of each tensor of parameters
	loss   []float64   // of each step, and of the evaluation
	hits   []int32
}

// A task is a training on random images.
type task struct {
	pixels, hidden, batch, steps int
	rule                         nn.Optimizer // without tables
	classes                      int          // 0 for ten
}

// The methods of learning.
var (
	plain    = nn.Optimizer{Method: nn.SGD, L2: 1e-3}
	noL2     = nn.Optimizer{Method: nn.SGD}
	momentum = nn.Optimizer{Method: nn.Momentum, Momentum: 0.9, L2: 1e-3}
	adam     = nn.Optimizer{Method: nn.Adam, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, L2: 1e-3}
)

// small is the task of most tests.
var small = task{pixels: 28, hidden: 33, batch: 20, steps: 10, rule: plain}

const taskImages = 100

// trainer is a network with all that its steps read.
type trainer struct {
	task
	b            backend.Backend
	net          *nn.MLP
	input        nn.Batch
	tally        backend.Tally
	step, cursor backend.Tensor
}

// train takes steps of gradient descent, evaluates, and returns what came out.
func (k task) train(b backend.Backend) (*outcome, error) {
	t, err := k.newTrainer(b)
	if err != nil {
		return nil, err
	}
	graph, err := b.Capture(t.record)
	if err != nil {
		return nil, err
	}
	for range k.steps {
		if err := graph.Replay(); err != nil {
			return nil, err
		}
	}
	if err := t.evaluate(); err != nil {
		return nil, err
	}
	return t.result()
}

// newTrainer uploads random images and labels, an order for all steps, and a
// falling learning rate.
func (k task) newTrainer(b backend.Backend) (*trainer, error) {
	draw := rand.New(rand.NewPCG(7, 7))
	k.classes = cmp.Or(k.classes, 10)
	u := uploader{b: b}
	ordered := (k.steps + 1) * k.batch
	images := upload(&u, taskImages, k.pixels, fill(taskImages*k.pixels, func() uint8 { return uint8(draw.UintN(256)) }))
	labels := upload(&u, taskImages, 1, fill(taskImages, func() uint8 { return uint8(draw.UintN(uint(k.classes))) }))
	order := upload(&u, ordered, 1, fill(ordered, func() int32 { return draw.Int32N(taskImages) }))
	rate := 0.1
	if k.rule.Method != nn.SGD {
		rate = 0.002
	}
	schedule := fill(k.steps+1, func() float64 { rate *= 0.99; return rate })
	t := &trainer{
		task:   k,
		b:      b,
		step:   upload(&u, 1, 1, []int32{0}),
		cursor: upload(&u, 1, 1, []int32{0}),
	}
	t.tally = backend.Tally{
		Loss: upload(&u, k.steps+1, 1, make([]float64, k.steps+1)),
		Hits: upload(&u, k.steps+1, 1, make([]int32, k.steps+1)),
		Step: t.step,
	}
	t.rule.LearningRate, t.rule.Step = upload(&u, k.steps+1, 1, k.rule.Rates(schedule)), t.step
	t.input = nn.Batch{
		Images: backend.Rows{Data: images, Order: order, Cursor: t.cursor, Count: k.batch, Scale: 1. / 255},
		Labels: backend.Rows{Data: labels, Order: order, Cursor: t.cursor, Count: k.batch, Scale: 1},
	}
	if u.err != nil {
		return nil, u.err
	}
	var err error
	t.net, err = nn.New(b, []int{k.pixels, k.hidden, k.classes}, k.batch, 0.1, 3, k.rule.Method)
	return t, err
}

// record is one step of gradient descent.
func (t *trainer) record(ops backend.Ops) {
	t.net.Step(ops, t.input, t.tally, t.rule)
	ops.Advance(t.step, t.cursor, t.batch)
}

// evaluate counts one more batch, in the row of the tally after the last step.
func (t *trainer) evaluate() error {
	graph, err := t.b.Capture(func(ops backend.Ops) { t.net.Evaluate(ops, t.input, t.tally) })
	if err != nil {
		return err
	}
	if err := graph.Replay(); err != nil {
		return err
	}
	return t.b.Sync()
}

func (t *trainer) result() (*outcome, error) {
	var r outcome
	var err error
	for _, p := range t.net.Params() {
		values, err := backend.Download[float32](t.b, p.Tensor)
		if err != nil {
			return nil, err
		}
		r.params = append(r.params, values)
	}
	if r.loss, err = backend.Download[float64](t.b, t.tally.Loss); err != nil {
		return nil, err
	}
	r.hits, err = backend.Download[int32](t.b, t.tally.Hits)
	return &r, err
}

// trainOn opens a backend, trains on it and closes it.
func (k task) trainOn(open func() (backend.Backend, error)) (r *outcome, err error) {
	b, err := open()
	if err != nil {
		return nil, err
	}
	defer func() {
		if closed := b.Close(); closed != nil && err == nil {
			r, err = nil, fmt.Errorf("after a good run: %w", closed)
		}
	}()
	return k.train(b)
}

// uploader keeps the first error of several uploads.
type uploader struct {
	b   backend.Backend
	err error
}

func upload[T backend.Element](u *uploader, rows, cols int, values []T) (t backend.Tensor) {
	if u.err == nil {
		t, u.err = backend.New(u.b, rows, cols, values)
	}
	return t
}

func fill[T any](n int, next func() T) []T {
	values := make([]T, n)
	for i := range values {
		values[i] = next()
	}
	return values
}
