package model

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/nlpodyssey/safetensors"

	"mnistgpu/internal/half"
)

// DecodeTensors reads any safetensors file of floating-point numbers of 16 to 64 bits, and of
// int64, whatever program wrote it, and returns its tensors sorted by name, and its metadata.
// Numbers become float32. The error does not name the file.
func DecodeTensors(content []byte) ([]Tensor, map[string]string, error) {
	header, data, err := parse(content)
	if err != nil {
		return nil, nil, err
	}
	infos := header.Tensors()
	var tensors []Tensor
	for _, name := range slices.Sorted(maps.Keys(infos)) {
		info := infos[name]
		t := Tensor{Name: name}
		for _, n := range info.Shape {
			t.Shape = append(t.Shape, int(n))
		}
		numbers := data[info.DataOffsets[0]:info.DataOffsets[1]]
		if t.Values, err = floats(info.DType, numbers); err != nil {
			return nil, nil, fmt.Errorf("%q %w", name, err)
		}
		tensors = append(tensors, t)
	}
	return tensors, header.Metadata(), nil
}

// floats reads numbers of a type, whose count the library has checked.
func floats(t safetensors.DType, data []byte) ([]float32, error) {
	order := binary.LittleEndian
	switch t {
	case safetensors.F32:
		return fromFloat32(data), nil
	case safetensors.F64:
		return each(data, 8, func(b []byte) float32 { return float32(math.Float64frombits(order.Uint64(b))) }), nil
	case safetensors.F16:
		return each(data, 2, func(b []byte) float32 { return float32(half.Binary16(order.Uint16(b))) }), nil
	case safetensors.BF16:
		return each(data, 2, func(b []byte) float32 { return half.BFloat16(order.Uint16(b)) }), nil
	case safetensors.I64:
		return each(data, 8, func(b []byte) float32 { return float32(int64(order.Uint64(b))) }), nil
	}
	return nil, fmt.Errorf("must be of type F32, F64, F16, BF16 or I64 (got %v)", t)
}

func fromFloat32(data []byte) []float32 {
	return each(data, 4, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) })
}

// each reads numbers of size bytes.
func each(data []byte, size int, read func(b []byte) float32) []float32 {
	values := make([]float32, len(data)/size)
	for i := range values {
		values[i] = read(data[size*i:])
	}
	return values
}
