package floats

import (
	"math"
	"testing"
)

// TestBinary16 has the values that IEEE 754 names, and both signs of each.
func TestBinary16(t *testing.T) {
	for bits, want := range map[uint16]float64{
		0x0000: 0,
		0x0001: 0x1p-24,        // the smallest subnormal
		0x03ff: 1023 * 0x1p-24, // the largest subnormal
		0x0400: 0x1p-14,        // the smallest normal
		0x3555: 0.333251953125, // nearest to 1/3
		0x3c00: 1,
		0x3c01: 1 + 0x1p-10,
		0x7bff: 65504,
		0x7c00: math.Inf(1),
	} {
		if got := Binary16(bits); got != want {
			t.Errorf("%04x is %v, want %v", bits, got, want)
		}
		if got := Binary16(bits | 1<<15); got != -want || !math.Signbit(got) {
			t.Errorf("%04x is %v, want %v", bits|1<<15, got, -want)
		}
	}
	if got := Binary16(0x7c01); !math.IsNaN(got) {
		t.Errorf("7c01 is %v, want NaN", got)
	}
}

func TestBFloat16(t *testing.T) {
	for bits, want := range map[uint16]float32{0x3f80: 1, 0xc000: -2, 0x3eab: 0.333984375, 0x0001: 0x1p-133, 0x7f80: float32(math.Inf(1))} {
		if got := BFloat16(bits); got != want {
			t.Errorf("%04x is %v, want %v", bits, got, want)
		}
	}
}
