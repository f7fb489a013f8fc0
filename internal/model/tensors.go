package model

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/nlpodyssey/safetensors"

	"mnistgpu/internal/floats"
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
		if t.Values, err = numbers(info.DType, data[info.DataOffsets[0]:info.DataOffsets[1]]); err != nil {
			return nil, nil, fmt.Errorf("%q %w", name, err)
		}
		tensors = append(tensors, t)
	}
	return tensors, header.Metadata(), nil
}

// numbers reads numbers of a type, whose count the library has checked.
func numbers(t safetensors.DType, data []byte) ([]float32, error) {
	switch t {
	case safetensors.F32:
		return floats.From32(data), nil
	case safetensors.F64:
		return floats.From64(data), nil
	case safetensors.F16:
		return floats.From16(data), nil
	case safetensors.BF16:
		return floats.FromB16(data), nil
	case safetensors.I64:
		return floats.Each(data, 8, func(b []byte) float32 { return float32(int64(binary.LittleEndian.Uint64(b))) }), nil
	}
	return nil, fmt.Errorf("must be of type F32, F64, F16, BF16 or I64 (got %v)", t)
}
