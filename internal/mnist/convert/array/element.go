package array

import (
	"encoding/binary"
	"math"

	"mnistgpu/internal/floats"
)

// element is a type of numbers.
type element struct {
	size  int
	value func(b []byte) float64 // nil for bytes, which need no conversion
	chars int                    // of a text, if it is one
	wide  binary.ByteOrder       // of a text's characters, if they have four bytes
}

var byteElement = element{size: 1}

// numbers returns the types of numbers of a byte order, by the letters and sizes that
// NumPy gives them.
func numbers(order binary.ByteOrder) map[string]element {
	return map[string]element{
		"b1": byteElement,
		"u1": byteElement,
		"i1": {size: 1, value: func(b []byte) float64 { return float64(int8(b[0])) }},
		"u2": {size: 2, value: func(b []byte) float64 { return float64(order.Uint16(b)) }},
		"i2": {size: 2, value: func(b []byte) float64 { return float64(int16(order.Uint16(b))) }},
		"u4": {size: 4, value: func(b []byte) float64 { return float64(order.Uint32(b)) }},
		"i4": {size: 4, value: func(b []byte) float64 { return float64(int32(order.Uint32(b))) }},
		"u8": {size: 8, value: func(b []byte) float64 { return float64(order.Uint64(b)) }},
		"i8": {size: 8, value: func(b []byte) float64 { return float64(int64(order.Uint64(b))) }},
		"f2": {size: 2, value: func(b []byte) float64 { return floats.Binary16(order.Uint16(b)) }},
		"f4": {size: 4, value: func(b []byte) float64 { return float64(math.Float32frombits(order.Uint32(b))) }},
		"f8": {size: 8, value: func(b []byte) float64 { return math.Float64frombits(order.Uint64(b)) }},
	}
}

var (
	little = numbers(binary.LittleEndian)
	big    = numbers(binary.BigEndian)
)

// text returns the text of an element without its padding. The result is valid until
// the next call with the same scratch.
func (e element) text(b []byte, scratch []byte) []byte {
	scratch = scratch[:0]
	for i := range e.chars {
		var c rune
		if e.wide != nil {
			c = rune(e.wide.Uint32(b[4*i:]))
		} else {
			c = rune(b[i])
		}
		if c == 0 {
			break
		}
		if e.wide == nil {
			scratch = append(scratch, b[i])
		} else {
			scratch = append(scratch, string(c)...)
		}
	}
	return scratch
}
