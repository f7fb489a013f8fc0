// Package nn is the network: a multilayer perceptron whose forward pass,
// backward pass and update are written once, on backend.Ops.
package nn

import (
	"fmt"

	"mnistgpu/internal/backend"
)

// MLP is a multilayer perceptron: each layer but the last applies ReLU, and the last
// one outputs logits.
type MLP struct {
	layers []layer
	chunk  int    // rows that go through the network at a time
	method Method // that the network keeps state for
}

// layer is y = act(x·w + b), with room for one chunk of its rows.
type layer struct {
	w, b   backend.Tensor // (In, Out), (1, Out)
	y, dy  backend.Tensor // (chunk, Out): output, and gradient before act
	dw, db backend.Tensor // like w and b; none if no gradients are stored
	act    backend.Activation

	// What the method keeps for w and for b, in the order of its names.
	wState, bState []backend.Tensor
}

// Batch is the images of one step, whose pixels a backend forms or reads, and their
// labels.
type Batch struct {
	Images, Labels backend.Rows
}

// Chunk returns count of the batch's rows, starting at the given one.
func (b Batch) Chunk(offset, count int) Batch {
	return Batch{b.Images.Chunk(offset, count), b.Labels.Chunk(offset, count)}
}

// New allocates a network of the given widths, from inputs to classes, that learns by
// the method from batches of the given number of rows. Weights are drawn by
// [TruncatedNormal] with the standard deviation std; biases and the method's state are
// zero.
func New(b backend.Backend, widths []int, batch int, std float64, seed uint64, method Method) (*MLP, error) {
	if len(widths) < 2 {
		panic("nn: a network without a layer")
	}
	tensors := gradientTensors
	if method == SGD && batch <= b.ChunkRows() {
		tensors = fusedTensors
	}
	m, err := allocate(b, widths, tensors, len(method.state()))
	if err != nil {
		return nil, err
	}
	m.method = method
	draw := newDraw(seed)
	for i, l := range m.layers {
		weights := TruncatedNormal(draw, l.w.Len(), std)
		if err := backend.Upload(b, l.w, weights); err != nil {
			return nil, fmt.Errorf("layer %d: %w", i, err)
		}
	}
	return m, nil
}

// allocate returns a network of zeros, with that many tensors in each layer and as many
// states for each of its parameters.
func allocate(b backend.Backend, widths []int, tensors, states int) (*MLP, error) {
	m := &MLP{chunk: b.ChunkRows()}
	for i, out := range widths[1:] {
		l, err := newLayer(b, widths[i], out, m.chunk, tensors, states)
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", i, err)
		}
		if i < len(widths)-2 {
			l.act = backend.ReLU
		}
		m.layers = append(m.layers, l)
	}
	return m, nil
}

// How many of a layer's tensors a use of the network needs.
const (
	inferenceTensors = 3 // w, b and y
	fusedTensors     = 4 // and dy, for steps that update weights as gradients are formed
	gradientTensors  = 6 // and dw and db, summed over the chunks of a batch
)

// newLayer allocates a layer with that many of its tensors, and its states.
func newLayer(b backend.Backend, in, out, chunk, tensors, states int) (layer, error) {
	l := layer{wState: make([]backend.Tensor, states), bState: make([]backend.Tensor, states)}
	type place struct {
		t          *backend.Tensor
		rows, cols int
	}
	places := []place{{&l.w, in, out}, {&l.b, 1, out}, {&l.y, chunk, out}, {&l.dy, chunk, out}, {&l.dw, in, out}, {&l.db, 1, out}}[:tensors]
	for i := range states {
		places = append(places, place{&l.wState[i], in, out}, place{&l.bState[i], 1, out})
	}
	for _, p := range places {
		t, err := b.Alloc(backend.Float32, p.rows, p.cols)
		if err != nil {
			return layer{}, err
		}
		*p.t = t
	}
	return l, nil
}

// Step records one step of gradient descent on the mean loss of batch. The method
// must be the one that the network was made for.
//
// Plain gradient descent on a batch of one chunk updates the weights while it forms
// their gradients. Everything else first sums the gradients over the batch's chunks and
// then updates.
func (m *MLP) Step(ops backend.Ops, batch Batch, tally backend.Tally, optimizer Optimizer) {
	if optimizer.Method != m.method {
		panic("nn: a step by another method than the network's")
	}
	rows := batch.Images.Count
	scale := 1 / float32(rows)
	if m.method == SGD && rows <= m.chunk {
		m.descend(ops, batch, tally, scale, optimizer.sgd())
		return
	}
	for offset := 0; offset < rows; offset += m.chunk {
		part := batch.Chunk(offset, min(m.chunk, rows-offset))
		m.Accumulate(ops, part, tally, scale, offset > 0)
	}
	biases := optimizer
	biases.L2 = 0
	for _, l := range m.layers {
		optimizer.update(ops, l.w, l.dw, l.wState)
		biases.update(ops, l.b, l.db, l.bState)
	}
}

// descend records a step of plain gradient descent on a batch of one chunk. The whole
// step is one verb if there is one hidden layer, and the last layer's part is one verb
// if there are more.
func (m *MLP) descend(ops backend.Ops, batch Batch, tally backend.Tally, scale float32, sgd backend.SGD) {
	top := len(m.layers) - 1
	switch top {
	case 0:
		m.loss(ops, batch, tally, scale)
	case 1:
		backend.TwoLayerSGD(ops, backend.TwoLayerStep{
			First: backend.Layer{W: m.layers[0].w, B: m.layers[0].b}, Last: m.classifier(batch.Images.Count),
			Images: batch.Images, Labels: batch.Labels, Tally: tally, Scale: scale, SGD: sgd,
		})
		return
	default:
		m.forward(ops, batch.Images, m.layers[:top])
		backend.ClassifierSGD(ops, m.classifier(batch.Images.Count), tally, batch.Labels, scale, sgd)
		top--
	}
	m.backward(ops, batch.Images, top, func(l layer, x backend.Input, dy backend.Tensor) {
		ops.LinearSGD(l.w, l.b, x, dy, sgd)
	})
}

// classifier is the last layer, with room for the given number of rows.
func (m *MLP) classifier(rows int) backend.Classifier {
	l, below := m.layers[len(m.layers)-1], m.layers[len(m.layers)-2]
	return backend.Classifier{
		X: below.y.Top(rows), DX: below.dy.Top(rows), Logits: l.y.Top(rows), DLogits: l.dy.Top(rows),
		W: l.w, B: l.b, Act: below.act,
	}
}

// Accumulate records the forward and backward pass of one chunk of a batch for which
// [MLP.Step] sums gradients before it updates. The chunk's gradients are added to those
// of earlier chunks if add is true, and replace them otherwise. The scale is 1/B for a
// whole batch of B.
func (m *MLP) Accumulate(ops backend.Ops, chunk Batch, tally backend.Tally, scale float32, add bool) {
	m.loss(ops, chunk, tally, scale)
	m.backward(ops, chunk.Images, len(m.layers)-1, func(l layer, x backend.Input, dy backend.Tensor) {
		ops.LinearBackwardWeight(l.dw, l.db, x, dy, add)
	})
}

// Evaluate records the forward pass of batch, which is at most a chunk, and its tally.
// [MLP.Logits] then returns the logits of batch.
func (m *MLP) Evaluate(ops backend.Ops, batch Batch, tally backend.Tally) {
	logits := m.Forward(ops, batch.Images)
	ops.CrossEntropy(tally, backend.Tensor{}, logits, batch.Labels, 0)
}

// ChunkRows is the number of rows that go through the network at a time.
func (m *MLP) ChunkRows() int { return m.chunk }

// Forward records the forward pass of x, which is at most a chunk, and returns the
// logits (B, classes). They are valid until the next pass.
func (m *MLP) Forward(ops backend.Ops, x backend.Input) backend.Tensor {
	return m.forward(ops, x, m.layers)
}

// forward takes x through the given layers, which start with the first.
func (m *MLP) forward(ops backend.Ops, x backend.Input, layers []layer) backend.Tensor {
	rows, _ := x.Shape()
	for _, l := range layers {
		y := l.y.Top(rows)
		ops.LinearForward(y, x, l.w, l.b, l.act)
		x = y
	}
	return x.(backend.Tensor)
}

// Logits returns the first rows of the last pass's logits, at most a chunk.
func (m *MLP) Logits(rows int) backend.Tensor {
	return m.Outputs(len(m.layers)-1, rows)
}

// Outputs returns the first rows of a layer's outputs in the last pass, after its
// activation. Layers are counted from 0.
func (m *MLP) Outputs(layer, rows int) backend.Tensor {
	return m.layers[layer].y.Top(rows)
}

// loss takes batch through the network and leaves the gradient of its loss in the last
// layer's dy.
func (m *MLP) loss(ops backend.Ops, batch Batch, tally backend.Tally, scale float32) {
	logits := m.Forward(ops, batch.Images)
	last := m.layers[len(m.layers)-1]
	ops.CrossEntropy(tally, last.dy.Top(logits.Rows), logits, batch.Labels, scale)
}

// backward goes from the layer numbered from, whose gradient is there already, to the
// first one and calls parameters with each layer, its input and its gradient. The
// gradient for the layer below is formed first, since parameters may change the
// weights.
func (m *MLP) backward(ops backend.Ops, images backend.Rows, from int, parameters func(l layer, x backend.Input, dy backend.Tensor)) {
	rows := images.Count
	for i := from; i > 0; i-- {
		l, below := m.layers[i], m.layers[i-1]
		x, dy := below.y.Top(rows), l.dy.Top(rows)
		ops.LinearBackwardInput(below.dy.Top(rows), dy, l.w, x, below.act)
		parameters(l, x, dy)
	}
	first := m.layers[0]
	parameters(first, images, first.dy.Top(rows))
}
