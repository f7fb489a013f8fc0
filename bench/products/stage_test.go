package products

import (
	"math/rand/v2"
	"slices"
	"testing"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/nn"
	"mnistgpu/internal/train"
)

// stage holds the operands of a step's products: real images, and the activations
// and gradients that a new network computes from them.
type stage struct {
	testing.TB
	b           backend.Backend
	layers      []layer
	thin        layer        // has one output, so its products cost next to nothing
	images      backend.Rows // of the whole batch
	rows, chunk int
	sgd         backend.SGD
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
func newStage(tb testing.TB, b backend.Backend, data *mnist.Dataset, c train.Config) *stage {
	tb.Helper()
	s := &stage{TB: tb, b: b, rows: c.Batch, chunk: b.ChunkRows()}
	if c.Batch == train.Full {
		s.rows = data.Train.Len()
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
	widths := slices.Concat([]int{pixels}, c.Hidden, []int{data.Classes})
	for i := range widths[1:] {
		s.layers = append(s.layers, s.newLayer(widths[i], widths[i+1], c))
	}
	s.layers[len(s.layers)-1].act = backend.Identity
	s.thin = s.newLayer(pixels, 1, c)
	s.thin.dy = upload(s, s.thin.dy.Rows, 1, slices.Repeat([]float32{1}, s.thin.dy.Rows)) // no row is zero
	s.pass(labels)
	return s
}

func upload[T backend.Element](s *stage, rows, cols int, values []T) backend.Tensor {
	s.Helper()
	t, err := backend.New(s.b, rows, cols, values)
	if err != nil {
		s.Fatal(err)
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
func (s *stage) pass(labels backend.Rows) {
	rows := min(s.rows, s.chunk)
	last := s.layers[len(s.layers)-1]
	tally := backend.Tally{Loss: upload(s, 1, 1, []float64{0}), Hits: upload(s, 1, 1, []int32{0}), Step: s.sgd.Step}
	replay(s, s.capture(func(ops backend.Ops) {
		for i := range s.layers {
			s.forward(ops, i, 0, rows)
		}
		ops.CrossEntropy(tally, last.dy, last.y, labels.Chunk(0, rows), 1/float32(s.rows))
		for i := len(s.layers) - 1; i > 0; i-- {
			s.inputGradient(ops, i, 0, rows)
		}
	}))
}

func (s *stage) capture(step func(backend.Ops)) backend.Graph {
	s.Helper()
	g, err := s.b.Capture(step)
	if err != nil {
		s.Fatal(err)
	}
	return g
}

// repeated records a product the given number of times for each chunk of the batch.
func (s *stage) repeated(layer int, record recordFunc, times int) backend.Graph {
	return s.capture(func(ops backend.Ops) {
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
	s.layers[i].forward(ops, s.input(i, offset, rows), rows)
}

// look records the forward product of the thin layer, which needs the same preparation
// of the images as any other.
func (s *stage) look(ops backend.Ops, _, offset, rows int) {
	s.thin.forward(ops, s.input(0, offset, rows), rows)
}

func (l layer) forward(ops backend.Ops, x backend.Input, rows int) {
	ops.LinearForward(l.y.Top(rows), x, l.w, l.b, l.act)
}

// inputGradient records the gradient for the layer below.
func (s *stage) inputGradient(ops backend.Ops, i, _, rows int) {
	l, below := s.layers[i], s.layers[i-1]
	ops.LinearBackwardInput(below.dy.Top(rows), l.dy.Top(rows), l.w, below.y.Top(rows), below.act)
}

// weightGradient records the weights' gradient: together with the update of the weights
// if the batch is one chunk, and otherwise added to that of the previous chunks.
func (s *stage) weightGradient(ops backend.Ops, i, offset, rows int) {
	s.update(ops, s.layers[i], s.input(i, offset, rows), offset, rows)
}

// transpose records the weights' gradient of the thin layer.
func (s *stage) transpose(ops backend.Ops, _, offset, rows int) {
	s.update(ops, s.thin, s.input(0, offset, rows), offset, rows)
}

func (s *stage) update(ops backend.Ops, l layer, x backend.Input, offset, rows int) {
	if s.rows <= s.chunk {
		ops.LinearSGD(l.w, l.b, x, l.dy.Top(rows), s.sgd)
		return
	}
	ops.LinearBackwardWeight(l.dw, l.db, x, l.dy.Top(rows), offset > 0)
}
