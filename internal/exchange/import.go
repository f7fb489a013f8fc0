package exchange

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"

	"mnistgpu/internal/model"
	"mnistgpu/internal/npz"
)

// MaxBytes is the most that a file may have, and its numbers in memory.
const MaxBytes = 1 << 30

// pickleWithin is how far into a file of torch.save the name of its first member,
// a pickle, ends at most.
const pickleWithin = 512

// Hints are what a file may not say of its model. Zeros leave it to the file,
// which wins.
type Hints struct {
	Height, Width int     // of an image
	PixelScale    float64 // what a byte of an image is multiplied by
}

// Assumed is what neither the file nor a hint says: that images are squares, and
// that their bytes are divided by 255, as PyTorch's ToTensor does.
type Assumed struct{ Size, PixelScale bool }

// Decode reads the content of a safetensors or npz file that holds the weights
// and biases of linear layers with ReLU between them: a file of [Encode], or of
// another program.
//
// Names are NAME.weight and NAME.bias; layers come in the order of their names,
// in which numbers count as such. Weights are (In, Out) or (Out, In), as the
// biases tell. Numbers are float32, or float64 that are rounded.
//
// The content is not trusted. The error says in one line what is wrong with it.
func Decode(content []byte, h Hints) (*model.Model, Assumed, error) {
	tensors, metadata, err := decodeTensors(content)
	if err != nil {
		return nil, Assumed{}, err
	}
	m := new(model.Model)
	if m.Tensors, err = chain(tensors, metadata["format"] == "mnistgpu"); err != nil {
		return nil, Assumed{}, err
	}
	assumed, err := describe(m, metadata, h)
	if err != nil {
		return nil, Assumed{}, err
	}
	// What is a model is decided in one place.
	written, err := m.Encode()
	if err != nil {
		return nil, Assumed{}, err
	}
	m, err = model.Decode(written)
	return m, assumed, err
}

// decodeTensors tells the two kinds of files apart by how they begin.
func decodeTensors(content []byte) ([]model.Tensor, map[string]string, error) {
	if len(content) > MaxBytes {
		return nil, nil, fmt.Errorf("has %d bytes: want at most %d", len(content), MaxBytes)
	}
	if !bytes.HasPrefix(content, []byte("PK\x03\x04")) {
		return model.DecodeTensors(content)
	}
	if bytes.Contains(content[:min(len(content), pickleWithin)], []byte("/data.pkl")) {
		return nil, nil, errors.New("is a file of torch.save, which only Python can read: safetensors.torch.save_file writes one that others can")
	}
	arrays, err := npz.ReadFloats(content, MaxBytes)
	if err != nil {
		return nil, nil, err
	}
	metadata := map[string]string{}
	var tensors []model.Tensor
	for _, a := range arrays {
		values := a.Values.([]float64)
		if len(a.Shape) == 0 {
			metadata[a.Name] = strconv.FormatFloat(values[0], 'g', -1, 64)
			continue
		}
		t := model.Tensor{Name: a.Name, Shape: a.Shape, Values: make([]float32, len(values))}
		for i, v := range values {
			t.Values[i] = float32(v)
		}
		tensors = append(tensors, t)
	}
	return tensors, metadata, nil
}

// describe sets what is not a tensor.
func describe(m *model.Model, metadata map[string]string, h Hints) (a Assumed, err error) {
	in := m.Tensors[0].Shape[0]
	if metadata["height"] != "" || metadata["width"] != "" {
		m.Height, _ = strconv.Atoi(metadata["height"]) // a text that is no number becomes 0,
		m.Width, _ = strconv.Atoi(metadata["width"])   // which the check of the model refuses
	} else if h.Height > 0 {
		m.Height, m.Width = h.Height, h.Width
	} else {
		side := int(math.Sqrt(float64(in)))
		if side*side != in {
			return a, fmt.Errorf("takes %d pixels, which are no square: want their height and width", in)
		}
		m.Height, m.Width, a.Size = side, side, true
	}
	scale, known := metadata["pixel_scale"]
	switch {
	case known:
		if m.PixelScale, err = strconv.ParseFloat(scale, 64); err != nil {
			return a, errors.New("has a pixel_scale that is no number")
		}
	case h.PixelScale > 0:
		m.PixelScale = h.PixelScale
	default:
		m.PixelScale, a.PixelScale = 1.0/255, true
	}
	return a, nil
}
