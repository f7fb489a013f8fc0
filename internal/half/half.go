// Package half reads floating-point numbers of 16 bits.
package half

import "math"

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
