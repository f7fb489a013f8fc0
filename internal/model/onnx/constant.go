package onnx

import (
	"fmt"
	"math"
	"strconv"

	"mnistgpu/internal/floats"
)

// A Reader returns the content of a file beside the ONNX file. Exporters put large weights
// there.
type Reader func(name string) ([]byte, error)

// once returns a reader that reads each file only once. Without a reader, there is no file.
func once(read Reader) Reader {
	files := map[string][]byte{}
	return func(name string) (content []byte, err error) {
		if read == nil {
			return nil, fmt.Errorf("has weights in another file, %q", name)
		}
		content, ok := files[name]
		if !ok {
			content, err = read(name)
			files[name] = content
		}
		return content, err
	}
}

// A constant is a tensor of the file. Its numbers become float32.
type constant struct {
	shape  []int
	values []float32
}

// sizes are the bytes of a number by its type.
var sizes = map[uint64]int{typeFloat: 4, typeDouble: 8, typeFloat16: 2, typeBFloat16: 2, typeBool: 1}

// readConstant reads a TensorProto. Tensors of whole numbers, which give shapes, have no
// values.
func readConstant(t wire, beside Reader) (c constant, err error) {
	dims, err := t.numbers(tensorDims)
	if err != nil {
		return c, err
	}
	count := 1
	for _, n := range dims {
		if n == 0 || n > maxBytes || count > maxBytes/int(n) {
			return c, fmt.Errorf("the shape of %q must be positive numbers (got %v)", t.text(tensorName), dims)
		}
		count *= int(n)
		c.shape = append(c.shape, int(n))
	}
	size, known := sizes[t.number(tensorType)]
	if !known {
		return c, nil
	}
	raw := t.bytes(tensorRaw)
	if t.number(tensorLocation) == isExternal {
		if raw, err = external(t, beside); err != nil {
			return c, err
		}
	}
	if raw == nil {
		c.values = unpacked(t)
	} else if len(raw) == size*count {
		c.values = numbersOf(t.number(tensorType), raw)
	}
	if len(c.values) != count {
		return c, fmt.Errorf("%q must have %d numbers for its shape %v", t.text(tensorName), count, c.shape)
	}
	return c, nil
}

// unpacked returns numbers that are fields of their own.
func unpacked(t wire) []float32 {
	switch t.number(tensorType) {
	case typeFloat:
		return t.floats(tensorFloats)
	case typeBool:
		return []float32{float32(t.number(tensorInts))}
	}
	var values []float32
	for _, p := range t[tensorDoubles] {
		values = append(values, floats.From64(p.bytes)...)
	}
	return values
}

// numbersOf reads numbers of a known type.
func numbersOf(kind uint64, raw []byte) []float32 {
	switch kind {
	case typeFloat:
		return floats.From32(raw)
	case typeDouble:
		return floats.From64(raw)
	case typeFloat16:
		return floats.From16(raw)
	case typeBFloat16:
		return floats.FromB16(raw)
	}
	return floats.Each(raw, 1, func(b []byte) float32 { return float32(b[0]) }) // typeBool
}

// external returns the bytes of a tensor that is in another file: all of it, or a part from
// an offset on.
func external(t wire, beside Reader) ([]byte, error) {
	entries, err := t.messages(tensorExternal)
	if err != nil {
		return nil, err
	}
	facts := map[string]string{}
	for _, e := range entries {
		facts[e.text(entryKey)] = e.text(entryValue)
	}
	content, err := beside(facts["location"])
	if err != nil {
		return nil, err
	}
	offset, length := 0, len(content)
	if text := facts["offset"]; text != "" {
		if offset, err = strconv.Atoi(text); err != nil || offset < 0 || offset > len(content) {
			return nil, fmt.Errorf("%q begins beyond the end of %q", t.text(tensorName), facts["location"])
		}
		length -= offset
	}
	if text := facts["length"]; text != "" {
		if length, err = strconv.Atoi(text); err != nil || length < 0 || length > len(content)-offset {
			return nil, fmt.Errorf("%q goes on beyond the end of %q", t.text(tensorName), facts["location"])
		}
	}
	return content[offset:][:length], nil
}

// scalar returns the number of a constant that has only one. A factor such as 1/255 is
// float32 in the file; see widen.
func (c constant) scalar() (v float64, ok bool) {
	if len(c.values) != 1 {
		return 0, false
	}
	return widen(c.values[0]), true
}

// vector returns the numbers of a constant whose dimensions but the last are 1, or of an
// image: one for each unit, or one for all.
func (c constant) vector() []float64 {
	if v, ok := c.scalar(); ok {
		return []float64{v}
	}
	list := make([]float64, len(c.values))
	for i, v := range c.values {
		list[i] = float64(v)
	}
	return list
}

// widen returns the number that a float32 most likely stands for: the nearest of 1/n, for a
// whole number n, or of the decimal with the fewest digits.
func widen(v float32) float64 {
	if n := math.Round(1 / float64(v)); n != 0 && float32(1/n) == v {
		return 1 / n
	}
	wide, _ := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
	return wide
}
