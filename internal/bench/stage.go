package bench

import (
	"fmt"
	"math/rand/v2"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/nn"
	"mnistgpu/internal/train"
)

// stage holds the operands of a step's products: real images, and the activations
// and gradients that a new network computes from them.
type stage struct {
	b           backend.Backend
	layers      []layer
	thin        layer        // has one output, so its product costs next to nothing
	images      backend.Rows // of the whole batch
	rows, chunk int
	sgd         backend.SGD
	err         error // the first one
}

// layer is y = act(x·w + b) and its gradients, with room for one chunk.
type layer struct {
	w, b, dw, db backend.Tensor
	y, dy        backend.Tensor
	act          backend.Activation
}

// recordFunc records a product of a layer for the chunk that starts at offset.
type recordFunc func(ops backend.Ops, layer, offset, rows int)

// newStage allocates the operands and runs the forward and backward passes of the
// first chunk, so that they hold realistic values.
func newStage(b backend.Backend, data *mnist.Dataset, c train.Config) (*stage, error) {
	n := data.Train.Len()
	if err := c.CheckFor(n); err != nil {
		return nil, err
	}
	s := &stage{b: b, rows: c.Batch, chunk: b.ChunkRows()}
	if c.Batch == train.Full {
		s.rows = n
	}
	pixels := data.Height * data.Width
	order := make([]int32, s.rows)
	for i := range order {
		order[i] = int32(i)
	}
	s.images = backend.Rows{
		Data: upload(s, s.rows, pixels, data.Train.Images[:s.rows*pixels]), Order: upload(s, s.rows, 1, order),
		Cursor: upload(s, 1, 1, []int32{0}), Count: s.rows, Scale: float32(c.PixelScale),
	}
	labels := s.images
	labels.Data = upload(s, s.rows, 1, data.Train.Labels[:s.rows])
	// A rate this small changes no weight. At zero a BLAS would skip the product.
	s.sgd = backend.SGD{LearningRate: upload(s, 1, 1, []float32{1e-12}), Step: upload(s, 1, 1, []int32{0})}
	tally := backend.Tally{Loss: upload(s, 1, 1, []float64{0}), Hits: upload(s, 1, 1, []int32{0}), Step: s.sgd.Step}
	widths := append(append([]int{pixels}, c.Hidden...), data.Classes)
	for i := range widths[1:] {
		s.layers = append(s.layers, s.newLayer(widths[i], widths[i+1], c))
	}
	s.thin = s.newLayer(pixels, 1, c)
	if s.err != nil {
		return nil, s.err
	}
	s.layers[len(s.layers)-1].act = backend.Identity
	return s, s.pass(labels, tally)
}

func upload[T backend.Element](s *stage, rows, cols int, values []T) backend.Tensor {
	t, err := backend.New(s.b, rows, cols, values)
	if s.err == nil && err != nil {
		s.err = fmt.Errorf("operands: %w", err)
	}
	return t
}

// newLayer allocates a layer of random weights.
func (s *stage) newLayer(in, out int, c train.Config) layer {
	zeros := func(rows, cols int) backend.Tensor { return upload(s, rows, cols, make([]float32, rows*cols)) }
	rows, draw := min(s.rows, s.chunk), rand.New(rand.NewPCG(c.Seed, uint64(len(s.layers))))
	return layer{
		w: upload(s, in, out, nn.TruncatedNormal(draw, in*out, c.InitStd)), b: zeros(1, out),
		dw: zeros(in, out), db: zeros(1, out), y: zeros(rows, out), dy: zeros(rows, out), act: backend.ReLU,
	}
}

// pass runs the forward and backward passes of the first chunk.
func (s *stage) pass(labels backend.Rows, tally backend.Tally) error {
	rows := min(s.rows, s.chunk)
	last := s.layers[len(s.layers)-1]
	g, err := s.b.Capture(func(ops backend.Ops) {
		for i := range s.layers {
			s.forward(ops, i, 0, rows)
		}
		ops.CrossEntropy(tally, last.dy, last.y, labels.Chunk(0, rows), 1/float32(s.rows))
		for i := len(s.layers) - 1; i > 0; i-- {
			s.backward(ops, i, 0, rows)
		}
	})
	if err != nil {
		return err
	}
	_, err = replay(s.b, g)
	return err
}

// capture records a product the given number of times for each chunk of the batch.
func (s *stage) capture(layer int, record recordFunc, times int) (backend.Graph, error) {
	return s.b.Capture(func(ops backend.Ops) {
		for offset := 0; offset < s.rows; offset += s.chunk {
			for range times {
				record(ops, layer, offset, min(s.chunk, s.rows-offset))
			}
		}
	})
}

// input is what a layer reads.
func (s *stage) input(layer, offset, rows int) backend.Input {
	if layer == 0 {
		return s.images.Chunk(offset, rows)
	}
	return s.layers[layer-1].y.Top(rows)
}

// forward records y = act(x·w + b).
func (s *stage) forward(ops backend.Ops, i, offset, rows int) {
	l := s.layers[i]
	ops.LinearForward(l.y.Top(rows), s.input(i, offset, rows), l.w, l.b, l.act)
}

// look records the forward product of the thin layer, which needs the same
// preparation of the images as any other.
func (s *stage) look(ops backend.Ops, _, offset, rows int) {
	ops.LinearForward(s.thin.y.Top(rows), s.input(0, offset, rows), s.thin.w, s.thin.b, s.thin.act)
}

// backward records the gradient for the layer below.
func (s *stage) backward(ops backend.Ops, i, _, rows int) {
	l, below := s.layers[i], s.layers[i-1]
	ops.LinearBackwardInput(below.dy.Top(rows), l.dy.Top(rows), l.w, below.y.Top(rows), below.act)
}

// update records the weights' gradient: together with the update of the weights if
// the batch is one chunk, and otherwise added to that of the previous chunks.
func (s *stage) update(ops backend.Ops, i, offset, rows int) {
	l := s.layers[i]
	x, dy := s.input(i, offset, rows), l.dy.Top(rows)
	if s.rows <= s.chunk {
		ops.LinearSGD(l.w, l.b, x, dy, s.sgd)
		return
	}
	ops.LinearBackwardWeight(l.dw, l.db, x, dy, offset > 0)
}
