// Package floats reads floating-point numbers of 16 to 64 bits.
package floats

import (
	"encoding/binary"
	"math"
)

// Binary16 returns the value of a float16: a sign, 5 bits of exponent and 10 of
// fraction (IEEE 754 binary16). Every value is exact as a float32.
func Binary16(bits uint16) float64 {
	exponent, fraction := int(bits>>10&31), float64(bits&1023)
	v := math.Ldexp(1024+fraction, exponent-25)
	switch exponent {
	case 0:
		v = math.Ldexp(fraction, -24)
	case 31:
		v = math.Inf(1)
		if fraction > 0 {
			v = math.NaN()
		}
	}
	if bits>>15 == 1 {
		return -v
	}
	return v
}

// BFloat16 returns the value of a bfloat16: the upper 16 bits of a float32.
func BFloat16(bits uint16) float32 { return math.Float32frombits(uint32(bits) << 16) }

// From16 returns the float16 numbers of data, little-endian.
func From16(data []byte) []float32 {
	return Each(data, 2, func(b []byte) float32 { return float32(Binary16(binary.LittleEndian.Uint16(b))) })
}

// FromB16 returns the bfloat16 numbers of data, little-endian.
func FromB16(data []byte) []float32 {
	return Each(data, 2, func(b []byte) float32 { return BFloat16(binary.LittleEndian.Uint16(b)) })
}

// From32 returns the float32 numbers of data, little-endian.
func From32(data []byte) []float32 {
	return Each(data, 4, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) })
}

// From64 returns the float64 numbers of data, little-endian, rounded to float32.
func From64(data []byte) []float32 {
	return Each(data, 8, func(b []byte) float32 { return float32(math.Float64frombits(binary.LittleEndian.Uint64(b))) })
}

// Each returns what read makes of each size bytes of data. Bytes that remain are left out.
func Each(data []byte, size int, read func(b []byte) float32) []float32 {
	values := make([]float32, len(data)/size)
	for i := range values {
		values[i] = read(data[size*i:])
	}
	return values
}
