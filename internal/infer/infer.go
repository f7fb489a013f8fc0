// Package infer runs trained models, which compute the probabilities of the classes
// for images, and measures how well they classify.
package infer

import (
	"fmt"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/model"
	"mnistgpu/internal/nn"
)

// A Network is a trained model on a backend, ready to use. Its forward pass is
// recorded once and replayed for each batch. Like its backend, it must be used by
// one goroutine at a time; the backend owns its memory.
type Network struct {
	b       backend.Backend
	net     *nn.MLP
	images  backend.Tensor // (rows, pixels) Uint8
	pass    backend.Graph
	staged  []byte // the bytes to upload to images
	count   int    // of the images in the last pass
	layers  int
	classes int
}

// Open puts a valid model on b. A pass takes up to rows images, or as many as b takes
// at a time if that is fewer. The error is a fault of b.
func Open(b backend.Backend, m *model.Model, rows int) (*Network, error) {
	if rows < 1 {
		panic("infer: Open for no rows")
	}
	net, err := nn.Load(b, m)
	if err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	rows = min(rows, b.ChunkRows())
	n := &Network{
		b: b, net: net, staged: make([]byte, rows*m.Height*m.Width),
		layers: len(m.Tensors) / 2, classes: m.Classes(),
	}
	input, err := n.input(rows, float32(m.PixelScale))
	if err != nil {
		return nil, fmt.Errorf("images: %w", err)
	}
	n.pass, err = b.Capture(func(ops backend.Ops) { net.Forward(ops, input) })
	return n, err
}

// input allocates room for rows images and returns them as [backend.Rows], in order.
func (n *Network) input(rows int, scale float32) (backend.Rows, error) {
	var err error
	if n.images, err = n.b.Alloc(backend.Uint8, rows, len(n.staged)/rows); err != nil {
		return backend.Rows{}, err
	}
	numbers := make([]int32, rows)
	for i := range numbers {
		numbers[i] = int32(i)
	}
	order, err := backend.New(n.b, rows, 1, numbers)
	if err != nil {
		return backend.Rows{}, err
	}
	cursor, err := n.b.Alloc(backend.Int32, 1, 1)
	return backend.Rows{Data: n.images, Order: order, Cursor: cursor, Count: rows, Scale: scale}, err
}

// Probabilities returns the probabilities (N, classes) of N images, for any N.
// Images are (N, height, width) bytes with 0 for the background, as in MNIST; the
// network applies the model's pixel scale. The error is a fault of the backend.
func (n *Network) Probabilities(images []byte) ([]float64, error) {
	pixels := n.images.Cols
	if len(images)%pixels != 0 {
		panic("infer: Probabilities of part of an image")
	}
	var probabilities []float64
	for len(images) > 0 {
		taken := copy(n.staged, images)
		images, n.count = images[taken:], taken/pixels
		if err := backend.Upload(n.b, n.images, n.staged); err != nil {
			return nil, err
		}
		if err := n.pass.Replay(); err != nil {
			return nil, err
		}
		logits, err := backend.Download[float32](n.b, n.net.Logits(n.count))
		if err != nil {
			return nil, err
		}
		probabilities = append(probabilities, Softmax(logits, n.classes)...)
	}
	return probabilities, nil
}

// Hidden returns the number of hidden layers.
func (n *Network) Hidden() int { return n.layers - 1 }

// Activations returns the outputs (N, units) of a hidden layer, counted from 0,
// after ReLU, for the N images of the last pass: all images of the last call of
// [Network.Probabilities] if they fit into one pass. The error is a fault of the
// backend.
func (n *Network) Activations(layer int) ([]float32, error) {
	if n.count == 0 || layer < 0 || layer >= n.Hidden() {
		panic("infer: Activations of no image, or of a layer that is not hidden")
	}
	return backend.Download[float32](n.b, n.net.Outputs(layer, n.count))
}
