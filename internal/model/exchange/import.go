package exchange

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"

	"mnistgpu/internal/mnist/form"
	"mnistgpu/internal/model"
	"mnistgpu/internal/model/npz"
)

// MaxBytes is the most bytes that a file may have, and the most that its numbers
// may take in memory.
const MaxBytes = 1 << 30

// pickleWithin is the number of bytes at the start of a file of torch.save that are
// sure to hold the name of its first member, a pickle.
const pickleWithin = 512

// Hints are facts about a model that its file may lack. What the file says takes
// precedence. A zero is no hint.
type Hints struct {
	Height, Width int     // of an image
	PixelScale    float64 // what a byte of an image is multiplied by
}

// Assumed says what was assumed because neither the file nor a hint says it: that
// images are square, and that their bytes are divided by 255, as PyTorch's ToTensor
// does.
type Assumed struct{ Size, PixelScale bool }

// Decode reads the content of a safetensors or npz file that holds the weights
// and biases of linear layers with ReLU between them, written by [Encode] or by
// another program.
//
// Names are NAME.weight and NAME.bias. The order of the layers is that of their
// names, with the numbers in them compared by value. Weights are (In, Out) or (Out,
// In), which the sizes of the biases decide. Numbers are float32, or float64, which
// are rounded.
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
	if metadata["format"] != "mnistgpu" {
		m.Tensors = onOriginals(m) // which leads back to m's own
	}
	// Only model.Decode decides what a valid model is.
	written, err := m.Encode()
	if err != nil {
		return nil, Assumed{}, err
	}
	m, err = model.Decode(written)
	return m, assumed, err
}

// decodeTensors reads either kind of file, which it recognizes by its first bytes.
func decodeTensors(content []byte) ([]model.Tensor, map[string]string, error) {
	if len(content) > MaxBytes {
		return nil, nil, fmt.Errorf("must have at most %d bytes (got %d)", MaxBytes, len(content))
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
			metadata[a.Name] = scalar(a.Name, values[0])
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

// scalar returns the text of a scalar. The words of a form are numbers in npz files.
func scalar(name string, v float64) string {
	if number := int(v); float64(number) == v && number >= 0 && number <= 2 {
		switch name {
		case "background":
			return form.Background(number).String()
		case "framing":
			return form.Framing(number).String()
		}
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// describe sets the fields of m other than its tensors.
func describe(m *model.Model, metadata map[string]string, h Hints) (a Assumed, err error) {
	in := m.Tensors[0].Shape[0]
	if metadata["height"] != "" || metadata["width"] != "" {
		m.Height, _ = strconv.Atoi(metadata["height"]) // text that is not a number becomes 0,
		m.Width, _ = strconv.Atoi(metadata["width"])   // which the check of the model refuses
	} else if h.Height > 0 {
		m.Height, m.Width = h.Height, h.Width
	} else {
		side := int(math.Sqrt(float64(in)))
		if side*side != in {
			return a, fmt.Errorf("takes %d pixels, which are not a square: give the height and width", in)
		}
		m.Height, m.Width, a.Size = side, side, true
	}
	scale, known := metadata["pixel_scale"]
	switch {
	case known:
		if m.PixelScale, err = strconv.ParseFloat(scale, 64); err != nil {
			return a, errors.New("has a pixel_scale that is not a number")
		}
	case h.PixelScale > 0:
		m.PixelScale = h.PixelScale
	default:
		m.PixelScale, a.PixelScale = 1.0/255, true
	}
	m.Form, err = model.DecodeForm(metadata)
	return a, err
}
