// Package exchange exports models for other programs and imports theirs.
package exchange

import (
	"bytes"
	"fmt"

	"mnistgpu/internal/mnist/form"
	"mnistgpu/internal/model"
	"mnistgpu/internal/model/npz"
	"mnistgpu/internal/model/onnx"
)

// A Format is a file format for models.
type Format string

// The formats. Weights are (In, Out) except in PyTorch's, where they are (Out, In).
const (
	ONNX        Format = "onnx"                // the whole network with pixel scale and softmax
	Safetensors Format = "safetensors"         // as written by train
	NPZ         Format = "npz"                 // for NumPy
	PyTorch     Format = "pytorch-safetensors" // of an nn.Sequential of Linear and ReLU
)

// Formats lists the formats.
func Formats() []Format { return []Format{ONNX, Safetensors, NPZ, PyTorch} }

// Encode writes a valid model. Equal models give equal bytes.
//
// Networks in the formats of other programs take images with the pixels that the training
// images were read with: if their background was light, ONNX inverts them first, and in
// the others that is part of the first layer.
func Encode(m *model.Model, f Format) ([]byte, error) {
	switch f {
	case ONNX:
		return onnx.Encode(m)
	case Safetensors:
		return m.Encode()
	case NPZ:
		return encodeNPZ(m)
	case PyTorch:
		return encodePyTorch(m)
	}
	panic("exchange: Encode in an unknown format")
}

// encodeNPZ writes the tensors under their names, and the metadata as scalars: height,
// width, pixel_scale and, unless they are those of MNIST, the number of the background and
// of the framing and the box.
func encodeNPZ(m *model.Model) ([]byte, error) {
	var arrays []npz.Array
	for _, t := range onOriginals(m) {
		arrays = append(arrays, npz.Array{Name: t.Name, Shape: t.Shape, Values: t.Values})
	}
	arrays = append(arrays,
		npz.Array{Name: "height", Values: []int64{int64(m.Height)}},
		npz.Array{Name: "width", Values: []int64{int64(m.Width)}},
		npz.Array{Name: "pixel_scale", Values: []float64{m.PixelScale}})
	if f := m.Form; f != (form.Form{}) {
		arrays = append(arrays,
			npz.Array{Name: "background", Values: []int64{int64(f.Background)}},
			npz.Array{Name: "framing", Values: []int64{int64(f.Framing)}},
			npz.Array{Name: "box", Values: []float64{f.Box}})
	}
	var b bytes.Buffer
	err := npz.Write(&b, arrays...)
	return b.Bytes(), err
}

// encodePyTorch writes "0.weight", "0.bias", "2.weight" and so on: the layers
// with odd numbers are ReLU, which has no parameters.
func encodePyTorch(m *model.Model) ([]byte, error) {
	var tensors []model.Tensor
	layers := onOriginals(m)
	for i := 0; i < len(layers); i += 2 {
		weight, bias := layers[i].Transposed(), layers[i+1]
		weight.Name, bias.Name = fmt.Sprintf("%d.weight", i), fmt.Sprintf("%d.bias", i)
		tensors = append(tensors, weight, bias)
	}
	return model.EncodeTensors(tensors, m.Metadata("pt"))
}
