package backend

import (
	"math/rand/v2"

	"mnistgpu/internal/fault"
)

// SelfTest computes y = relu(x·w + b) of small whole numbers on b, which are exact in every
// precision, and compares each element with a plain loop. It returns an error of the kind
// [fault.WrongNumber] if one differs, and otherwise the faults of the device. It leaves its
// four tensors allocated.
func SelfTest(b Backend) error {
	const rows, in, out = 33, 65, 17 // no multiples of a kernel's tile
	draw := rand.New(rand.NewPCG(1, 0))
	x, w, bias := wholeNumbers(draw, rows*in), wholeNumbers(draw, in*out), wholeNumbers(draw, out)
	y, err := forward(b, x, w, bias, rows)
	if err != nil {
		return err
	}
	for i, got := range y {
		row, col := i/out, i%out
		want := bias[col]
		for k := range in {
			want += x[row*in+k] * w[k*out+col]
		}
		if want = max(want, 0); got != want {
			return fault.New(fault.WrongNumber, "element %d of a matrix product must be %v (got %v)", i, want, got)
		}
	}
	return nil
}

// wholeNumbers draws n numbers from -8 to 8.
func wholeNumbers(draw *rand.Rand, n int) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(draw.IntN(17) - 8)
	}
	return values
}

// forward returns relu(x·w + bias), of rows x len(bias) elements, as computed by b.
func forward(b Backend, x, w, bias []float32, rows int) ([]float32, error) {
	in, out := len(x)/rows, len(bias)
	xs, err := New(b, rows, in, x)
	if err != nil {
		return nil, err
	}
	ws, err := New(b, in, out, w)
	if err != nil {
		return nil, err
	}
	biases, err := New(b, 1, out, bias)
	if err != nil {
		return nil, err
	}
	y, err := b.Alloc(Float32, rows, out)
	if err != nil {
		return nil, err
	}
	g, err := b.Capture(func(ops Ops) { ops.LinearForward(y, xs, ws, biases, ReLU) })
	if err != nil {
		return nil, err
	}
	if err := g.Replay(); err != nil {
		return nil, err
	}
	return Download[float32](b, y)
}
