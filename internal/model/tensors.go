package model

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/nlpodyssey/safetensors"
)

// DecodeTensors reads any safetensors file of float32 and float64 numbers, whatever
// program wrote it, and returns its tensors sorted by name, and its metadata. Numbers
// become float32. The error does not name the file.
func DecodeTensors(content []byte) ([]Tensor, map[string]string, error) {
	if err := checkStart(content, int64(len(content))); err != nil {
		return nil, nil, err
	}
	if err := checkHeader(content[lengthSize:][:binary.LittleEndian.Uint64(content)]); err != nil {
		return nil, nil, err
	}
	size, header, err := safetensors.ReadMetadata(content)
	if err != nil {
		return nil, nil, headerFault(content, err)
	}
	data := content[lengthSize+size:]
	infos := header.Tensors()
	var tensors []Tensor
	for _, name := range slices.Sorted(maps.Keys(infos)) {
		info := infos[name]
		t := Tensor{Name: name}
		for _, n := range info.Shape {
			t.Shape = append(t.Shape, int(n))
		}
		numbers := data[info.DataOffsets[0]:info.DataOffsets[1]]
		switch info.DType {
		case safetensors.F32:
			t.Values = fromFloat32(numbers)
		case safetensors.F64:
			t.Values = fromFloat64(numbers)
		default:
			return nil, nil, fmt.Errorf("%q must be of type F32 or F64 (got %v)", name, info.DType)
		}
		tensors = append(tensors, t)
	}
	return tensors, header.Metadata(), nil
}

// fromFloat32 reads numbers, whose count the library has checked.
func fromFloat32(data []byte) []float32 {
	values := make([]float32, len(data)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return values
}

func fromFloat64(data []byte) []float32 {
	values := make([]float32, len(data)/8)
	for i := range values {
		values[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:])))
	}
	return values
}
