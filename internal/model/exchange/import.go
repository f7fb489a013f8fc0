package exchange

import (
	"errors"
	"fmt"
	"math"

	"mnistgpu/internal/model"
	"mnistgpu/internal/model/fold"
	"mnistgpu/internal/model/onnx"
)

// Hints are facts about a model that its file may lack. What the file says takes
// precedence. A zero is no hint.
type Hints struct {
	Height, Width int      // of an image
	Pixels        *Pixels  // what was done with pixels before the network
	Layers        []string // names of the linear layers, in order
	NormAfterReLU bool     // whether batch normalization comes after ReLU, not before it
	Epsilon       float64  // of batch normalization

	// Beside reads a file in the folder of an ONNX file, which may keep its weights there.
	Beside func(name string) ([]byte, error)
}

// An Import is a model and how it was made from its file.
type Import struct {
	*model.Model
	Layers []string // names of the linear layers, in order
	Norms  []string // names of the batch normalizations that were folded into them

	// What was assumed because neither the file nor a hint says it: that images are square;
	// that their bytes are divided by 255, as PyTorch's ToTensor does; that batch
	// normalization comes before ReLU; and its epsilon, or 0.
	AssumedSize, AssumedPixels, AssumedNorms bool
	AssumedEpsilon                           float64

	originals bool // whether the network takes original pixels, whatever their background
}

// Decode reads the content of a safetensors or npz file that holds the weights and biases
// of linear layers with ReLU between them, written by [Encode] or by another program, with
// the names that PyTorch, Keras, Flax and scikit-learn give them. Batch normalizations are
// folded into the layers. Weights are (In, Out) or (Out, In), which their names or the
// sizes of other layers decide. Numbers are rounded to float32.
//
// Numbers in names decide the order of the layers, and otherwise their shapes; see arrange.
//
// It also reads ONNX files, whose order is that of their nodes; see [onnx.Decode].
//
// The content is not trusted. The error says in one line what is wrong with it.
func Decode(content []byte, h Hints) (*Import, error) {
	if len(content) > MaxBytes {
		return nil, fmt.Errorf("must have at most %d bytes (got %d)", MaxBytes, len(content))
	}
	m := &Import{Model: new(model.Model)}
	decode := m.decodeTensors
	if isONNX(content) {
		decode = m.decodeONNX
	}
	chain, err := decode(content, &h)
	if err != nil {
		return nil, err
	}
	if m.Tensors, m.PixelScale, err = chain.Parameters(); err != nil {
		return nil, err
	}
	m.Layers, m.Norms = escaped(m.Layers), escaped(m.Norms)
	if err := m.setSize(h); err != nil {
		return nil, err
	}
	if m.originals {
		m.Tensors = onOriginals(m.Model) // which leads back to the model's own
	}
	// Only model.Decode decides what a valid model is.
	written, err := m.Encode()
	if err != nil {
		return nil, err
	}
	m.Model, err = model.Decode(written)
	return m, err
}

// decodeTensors reads a file of tensors, and joins the layers in their order. What the file
// says about its images replaces the hints.
func (m *Import) decodeTensors(content []byte, h *Hints) (*fold.Chain, error) {
	f, err := readTensors(content)
	if err != nil {
		return nil, err
	}
	var layers []*layer
	anonymous := areUnnamed(f.tensors)
	if anonymous {
		layers, err = gatherUnnamed(f.tensors)
	} else {
		layers, err = gather(f.tensors)
	}
	if err != nil {
		return nil, err
	}
	var linear, norms []*layer
	for _, l := range layers {
		if l.norm() {
			norms = append(norms, l)
			m.Norms = append(m.Norms, l.name)
		} else {
			linear = append(linear, l)
		}
	}
	if len(linear) == 0 {
		return nil, errors.New("must hold NAME.weight and NAME.bias of linear layers (got no layer)")
	}
	order, err := arrange(linear, h.Layers, f.ours, f.inOrder)
	if err != nil {
		return nil, err
	}
	for _, l := range order.layers {
		m.Layers = append(m.Layers, l.name)
	}
	places, assumed, err := place(norms, order.layers, !anonymous, h.NormAfterReLU)
	if err != nil {
		return nil, err
	}
	m.AssumedNorms = assumed && !h.NormAfterReLU
	m.originals = f.metadata["format"] != "mnistgpu"
	if m.Form, err = model.DecodeForm(f.metadata); err != nil {
		return nil, err
	}
	if err := f.replace(h); err != nil {
		return nil, err
	}
	c := new(fold.Chain)
	c.Affine(m.pixels(*h))
	normalize := func(after int, rectified bool) {
		for _, p := range places {
			if p.after == after && p.rectified == rectified {
				c.Affine(p.affine(m.epsilon(p.layer, h)))
			}
		}
	}
	normalize(0, false)
	for i, l := range order.layers {
		c.Linear(l.linear(order.in))
		normalize(i+1, false)
		if i < len(order.layers)-1 {
			c.ReLU()
		}
		normalize(i+1, true)
	}
	return c, nil
}

// epsilon returns that of a batch normalization.
func (m *Import) epsilon(norm *layer, h *Hints) float64 {
	switch {
	case h.Epsilon > 0:
		return h.Epsilon
	case norm.keras:
		m.AssumedEpsilon = kerasEpsilon
	default:
		m.AssumedEpsilon = Epsilon
	}
	return m.AssumedEpsilon
}

// decodeONNX reads an ONNX file.
func (m *Import) decodeONNX(content []byte, h *Hints) (*fold.Chain, error) {
	n, err := onnx.Decode(content, h.Beside)
	if err != nil {
		return nil, err
	}
	if m.Form, err = model.DecodeForm(n.Metadata); err != nil {
		return nil, err
	}
	if n.Height > 0 {
		h.Height, h.Width = n.Height, n.Width
	}
	if n.TakesBytes() {
		h.Pixels = &Pixels{Scale: 1, Deviation: 1}
	}
	c := new(fold.Chain)
	c.Affine(m.pixels(*h))
	err = n.Build(c)
	m.Layers, m.Norms = n.Layers, n.Norms
	return c, err
}

// isONNX reports whether content starts as an ONNX file does, with the number of the first
// field of a ModelProto, and not as a safetensors file.
func isONNX(content []byte) bool {
	const length = 8 // of the header of a safetensors file, which comes first
	return len(content) > length && content[0] == 1<<3 && content[length] != '{'
}

// pixels returns the map from a byte of an image to the input of the network.
func (m *Import) pixels(h Hints) fold.Affine {
	if h.Pixels == nil {
		m.AssumedPixels = true
		return Plain().affine()
	}
	return h.Pixels.affine()
}

// setSize sets the size of the images.
func (m *Import) setSize(h Hints) error {
	m.Height, m.Width = h.Height, h.Width
	if h.Height > 0 || h.Width > 0 {
		return nil
	}
	in := m.Tensors[0].Shape[0]
	side := int(math.Sqrt(float64(in)))
	if side*side != in {
		return fmt.Errorf("takes %d pixels, which are not a square: give the height and width", in)
	}
	m.Height, m.Width, m.AssumedSize = side, side, true
	return nil
}
