package model

import (
	"encoding/binary"
	"math"
	"strconv"

	"github.com/nlpodyssey/safetensors"
)

// Encode returns the model as a safetensors file. Equal models give equal bytes. The
// file's metadata holds the size of an image, the pixel scale, and the form of the images
// as far as it is not that of MNIST's.
func (m *Model) Encode() ([]byte, error) {
	return EncodeTensors(m.Tensors, m.Metadata("mnistgpu"))
}

// Metadata returns the metadata of the model for a file of the given format.
func (m *Model) Metadata(format string) map[string]string {
	metadata := map[string]string{
		"format":      format,
		"height":      strconv.Itoa(m.Height),
		"width":       strconv.Itoa(m.Width),
		"pixel_scale": strconv.FormatFloat(m.PixelScale, 'g', -1, 64),
	}
	encodeForm(metadata, m.Form)
	return metadata
}

// EncodeTensors returns a safetensors file. Equal tensors and metadata give
// equal bytes. The error says that a tensor's length does not fit its shape.
func EncodeTensors(tensors []Tensor, metadata map[string]string) ([]byte, error) {
	views := make(map[string]safetensors.TensorView, len(tensors))
	for _, t := range tensors {
		view, err := safetensors.NewTensorView(safetensors.F32, shape(t), littleEndian(t.Values))
		if err != nil {
			return nil, err
		}
		views[t.Name] = view
	}
	return safetensors.Serialize(views, metadata)
}

func shape(t Tensor) []uint64 {
	dims := make([]uint64, len(t.Shape))
	for i, n := range t.Shape {
		dims[i] = uint64(n)
	}
	return dims
}

func littleEndian(values []float32) []byte {
	b := make([]byte, 0, 4*len(values))
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}
