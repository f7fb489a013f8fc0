package exchange

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"mnistgpu/internal/model"
	"mnistgpu/internal/model/fold"
)

// Hints are facts about a model that its file may lack. What the file says takes
// precedence. A zero is no hint.
type Hints struct {
	Height, Width int      // of an image
	Pixels        *Pixels  // what was done with pixels before the network
	Layers        []string // names of the linear layers, in order
	NormAfterReLU bool     // whether batch normalization comes after ReLU, not before it
	Epsilon       float64  // of batch normalization
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
}

// Decode reads the content of a safetensors or npz file that holds the weights and biases
// of linear layers with ReLU between them, written by [Encode] or by another program, with
// the names that PyTorch, Keras, Flax and scikit-learn give them. Batch normalizations are
// folded into the layers. Weights are (In, Out) or (Out, In), which their names or the
// sizes of other layers decide. Numbers are rounded to float32.
//
// Numbers in names decide the order of the layers, and otherwise their shapes; see arrange.
//
// The content is not trusted. The error says in one line what is wrong with it.
func Decode(content []byte, h Hints) (*Import, error) {
	f, err := decodeTensors(content)
	if err != nil {
		return nil, err
	}
	m := &Import{Model: new(model.Model)}
	chain, err := m.chain(f, h)
	if err != nil {
		return nil, err
	}
	if m.Tensors, m.PixelScale, err = chain.Parameters(); err != nil {
		return nil, err
	}
	if err := m.describe(f.metadata, h); err != nil {
		return nil, err
	}
	// Only model.Decode decides what a valid model is.
	written, err := m.Encode()
	if err != nil {
		return nil, err
	}
	m.Model, err = model.Decode(written)
	return m, err
}

// chain joins the layers of a file in their order.
func (m *Import) chain(f file, h Hints) (*fold.Chain, error) {
	var layers []*layer
	var err error
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
	pixels, err := m.pixels(f.metadata, h)
	if err != nil {
		return nil, err
	}
	c := new(fold.Chain)
	c.Affine(pixels)
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
func (m *Import) epsilon(norm *layer, h Hints) float64 {
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

// pixels returns the map from a byte of an image to the input of the network.
func (m *Import) pixels(metadata map[string]string, h Hints) (fold.Affine, error) {
	if text, known := metadata["pixel_scale"]; known {
		scale, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fold.Affine{}, errors.New("has a pixel_scale that is not a number")
		}
		if !(scale > 0) || math.IsInf(scale, 0) {
			return fold.Affine{}, fmt.Errorf("metadata: pixel_scale must be a positive number (got %q)", text)
		}
		return fold.Affine{Scale: []float64{scale}, Shift: []float64{0}}, nil
	}
	if h.Pixels == nil {
		m.AssumedPixels = true
		return Plain().affine(), nil
	}
	return h.Pixels.affine(), nil
}

// describe sets the size of the images.
func (m *Import) describe(metadata map[string]string, h Hints) error {
	in := m.Tensors[0].Shape[0]
	switch {
	case metadata["height"] != "" || metadata["width"] != "":
		m.Height, _ = strconv.Atoi(metadata["height"]) // text that is not a number becomes 0,
		m.Width, _ = strconv.Atoi(metadata["width"])   // which the check of the model refuses
	case h.Height > 0:
		m.Height, m.Width = h.Height, h.Width
	default:
		side := int(math.Sqrt(float64(in)))
		if side*side != in {
			return fmt.Errorf("takes %d pixels, which are not a square: give the height and width", in)
		}
		m.Height, m.Width, m.AssumedSize = side, side, true
	}
	return nil
}
