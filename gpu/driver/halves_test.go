//go:build cuda && linux

package driver

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"mnistgpu/gpu/sim"
)

// toHalf returns the float16 nearest to v, ties to even.
func toHalf(v float64) uint16 {
	sign := uint16(math.Float64bits(v) >> 48 & 0x8000)
	_, exponent := math.Frexp(v) // of a number from 1/2 to 1
	unit := max(exponent-11, -24)
	steps := math.RoundToEven(math.Ldexp(math.Abs(v), -unit))
	switch {
	case v != v:
		return 0x7fff
	case v == 0:
		return sign
	case math.Ldexp(steps, unit) > 65504:
		return sign | 0x7c00
	}
	return sign | uint16(unit+24)<<10 + uint16(steps)
}

// uploadFactor copies x to new memory of the device, in the type of p's factors.
func uploadFactor(t *testing.T, d *Device, p Precision, x []float32) Ptr {
	t.Helper()
	if p != FP16 {
		return upload(t, d, x)
	}
	halves := make([]uint16, len(x))
	for i, v := range x {
		halves[i] = toHalf(float64(v))
	}
	return uploadHalves(t, d, halves)
}

func uploadHalves(t *testing.T, d *Device, halves []uint16) Ptr {
	t.Helper()
	at, err := d.Alloc(2 * len(halves))
	must(t, err)
	var bytes []byte
	for _, h := range halves {
		bytes = binary.NativeEndian.AppendUint16(bytes, h)
	}
	must(t, d.CopyIn(at, bytes))
	return at
}

// allHalves returns the bits of all float16 numbers.
func allHalves() []uint16 {
	all := make([]uint16, 1<<16)
	for i := range all {
		all[i] = uint16(i)
	}
	return all
}

// TestHalvesRoundTrip checks toHalf against what the bits mean.
func TestHalvesRoundTrip(t *testing.T) {
	for _, bits := range allHalves() {
		if v := sim.Half(bits); toHalf(v) != bits && v == v {
			t.Fatalf("%#x is %v, which becomes %#x", bits, v, toHalf(v))
		}
	}
}

// TestHalvesInProducts multiplies each float16 by 1. Those below 2^-14 must not be
// taken for 0, and those that are not finite must stay so.
func TestHalvesInProducts(t *testing.T) {
	d := openAny(t)
	all := allHalves()
	one, out := uploadHalves(t, d, []uint16{toHalf(1)}), upload(t, d, make([]float32, len(all)))
	must(t, d.Multiply(Product{Precision: FP16, M: len(all), N: 1, K: 1, A: uploadHalves(t, d, all), B: one, C: out}))
	for i, got := range download(t, d, out, len(all)) {
		want := sim.Half(all[i])
		if float64(got) != want && !(got != got && want != want) {
			t.Fatalf("%#x becomes %v, want %v", all[i], got, want)
		}
	}
}

// TestHalvesInKernels converts all float16 numbers and back, and other float32
// numbers: those half way between two, those next to them, and random bits.
func TestHalvesInKernels(t *testing.T) {
	d, _ := open(t)
	var x []float32
	for _, bits := range allHalves() {
		half := sim.Half(bits&0x7fff+1) + sim.Half(bits&0x7fff)
		middle := float32(half / 2)
		x = append(x, float32(sim.Half(bits)), middle, -middle, math.Nextafter32(middle, 0), math.Nextafter32(middle, 1e9))
	}
	draw := rand.New(rand.NewPCG(8, 9))
	for range 1 << 17 {
		x = append(x, math.Float32frombits(draw.Uint32()))
	}
	bits, back := upload(t, d, make([]float32, len(x))), upload(t, d, make([]float32, len(x)))
	must(t, d.Launch(kernel(t, d, "test_halves"), Dim{X: len(x)/256 + 1}, Dim{X: 256}, 0,
		bits.Arg(), back.Arg(), upload(t, d, x).Arg(), Int(len(x))))
	halves, values := download(t, d, bits, len(x)), download(t, d, back, len(x))
	for i, v := range x {
		got, want := uint16(math.Float32bits(halves[i])), toHalf(float64(v))
		if got != want {
			t.Fatalf("%v becomes %#x, want %#x", v, got, want)
		}
		if value := sim.Half(want); float64(values[i]) != value && !(values[i] != values[i] && value != value) {
			t.Fatalf("%#x becomes %v, want %v", want, values[i], value)
		}
	}
}
