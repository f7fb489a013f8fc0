//go:build cuda && linux

package gpu

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"mnistgpu/gpu/driver"
	"mnistgpu/gpu/sim"
	"mnistgpu/internal/backend"
	"mnistgpu/kernels"
)

// TestSplit splits matrices of all kinds of numbers. The two parts of a scaled number
// may be off by 2⁻²³ of it or by 2⁻³⁶, whichever is more; a number that is not finite
// must stay so; the scale must be a power of two, and the scales of the products must
// fit it.
func TestSplit(t *testing.T) {
	useDevice(t)
	b, err := Open(Options{Precision: Split16})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for name, numbers := range splitNumbers() {
		for _, cols := range []int{1, 7, 100} {
			rows := len(numbers) / cols
			testSplit(t, name, b.(*Backend), numbers[:rows*cols], rows, cols)
		}
	}
	const rows, cols = kernels.ElementsPerThread * (splitBlocks + 1), kernels.SplitThreads
	large := make([]float32, rows*cols) // the last of them are for the first block again
	large[len(large)-1] = -5
	testSplit(t, "large", b.(*Backend), large, rows, cols)
}

// splitNumbers are matrices by their names.
func splitNumbers() map[string][]float32 {
	draw := rand.New(rand.NewPCG(1, 9))
	of := func(next func() float64) []float32 {
		return fill(12000, func() float32 { return float32(next()) })
	}
	normal := of(draw.NormFloat64)
	with := func(v float64) []float32 {
		numbers := append([]float32(nil), normal...)
		numbers[777] = float32(v)
		return numbers
	}
	return map[string][]float32{
		"normal":          normal,
		"of all sizes":    of(func() float64 { return math.Ldexp(draw.NormFloat64(), draw.IntN(140)-100) }),
		"gradients":       of(func() float64 { return math.Ldexp(draw.NormFloat64(), -20-draw.IntN(30)) }),
		"huge":            of(func() float64 { return math.MaxFloat32 * (2*draw.Float64() - 1) }),
		"tiny":            of(func() float64 { return 1e-30 * draw.NormFloat64() }),
		"below normal":    of(func() float64 { return math.Ldexp(float64(draw.IntN(1000)), -149) }),
		"zero":            make([]float32, 1000),
		"one is the most": with(math.MaxFloat32),
		"one is infinite": with(math.Inf(-1)),
		"one is NaN":      with(math.NaN()),
		"all are NaN":     of(math.NaN),
	}
}

func testSplit(t *testing.T, name string, b *Backend, numbers []float32, rows, cols int) {
	t.Helper()
	v, err := backend.New(b, rows, cols, numbers)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{b: b}
	scalesAt, at := r.split(splitWeights, address(v), rows, cols, 3, 0.5, nil)
	if err := runCalls(r.calls); err != nil || r.err != nil {
		t.Fatal(err, r.err)
	}
	var scales []float64
	for _, bits := range words[uint32](t, b, scalesAt, 5) {
		scales = append(scales, float64(math.Float32frombits(bits)))
	}
	scale := scales[4]
	if fraction, _ := math.Frexp(scale); fraction != 0.5 || !slices.Equal(scales, []float64{3 / scale, 0.5, 3 / scale, 1, scale}) {
		t.Errorf("%s: the scales are %v", name, scales)
	}
	largest := 0.0
	for _, x := range numbers {
		if x := math.Abs(float64(x)); x <= math.MaxFloat32 {
			largest = max(largest, x)
		}
	}
	if top := largest * scale; !(top < 0x1p15 && (top >= 0x1p14 || scale == 0x1p100)) {
		t.Errorf("%s: the largest number comes to %v", name, top)
	}
	halves := words[uint16](t, b, at, 2*rows*cols)
	for i, x := range numbers {
		place := i/cols*2*cols + i%cols
		low, high := sim.Half(halves[place]), sim.Half(halves[place+cols])
		want := float64(x)
		if math.Abs(want) <= math.MaxFloat32 {
			want *= scale
		}
		got, limit := high+low/2048, max(math.Abs(want)*0x1p-23, 0x1p-36)
		if got != want && !(math.Abs(got-want) <= limit) && !(got != got && want != want) || math.Abs(low) > max(math.Abs(high), 0x1p-14) {
			t.Fatalf("%s, %d columns: number %d, %v, is split into %v and %v, limit %v", name, cols, i, want, high, low, limit)
		}
	}
}

// words returns n words of the device's memory.
func words[T uint16 | uint32](t *testing.T, b *Backend, at driver.Ptr, n int) []T {
	t.Helper()
	list := make([]T, n)
	raw := make([]byte, binary.Size(list))
	if err := b.device.CopyOut(raw, at); err != nil {
		t.Fatal(err)
	}
	if _, err := binary.Decode(raw, binary.NativeEndian, list); err != nil {
		t.Fatal(err)
	}
	return list
}
