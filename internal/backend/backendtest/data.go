package backendtest

import (
	"math"
	"math/rand/v2"
	"slices"

	"mnistgpu/internal/backend"
)

// write uploads values, which dst's type must be able to hold.
func (s *stage) write(dst backend.Tensor, values []float64) {
	if s.err == nil {
		s.err = s.b.Upload(dst, dst.DType.Encode(values))
	}
}

// download returns the elements of src: for the Reference's floats, all 53 bits.
func (s *stage) download(src backend.Tensor) []float64 {
	if s.err != nil {
		return nil
	}
	if r, ok := s.b.(*Reference); ok {
		return slices.Clone(r.Values(src))
	}
	raw := make([]byte, src.Bytes())
	s.err = s.b.Download(raw, src)
	return src.DType.Decode(raw)
}

func absolute(values []float64) []float64 {
	a := make([]float64, len(values))
	for i, v := range values {
		a[i] = math.Abs(v)
	}
	return a
}

// A generator returns n numbers that a float32, or a byte, holds exactly.
type generator func(r *rand.Rand, n int) []float64

// fill returns the generator that takes each number from next.
func fill(next func(r *rand.Rand) float64) generator {
	return func(r *rand.Rand, n int) []float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = float64(float32(next(r)))
		}
		return values
	}
}

// Numbers for float32 tensors.
var (
	normal   = fill((*rand.Rand).NormFloat64)
	positive = fill((*rand.Rand).Float64)

	// small numbers are whole and between -8 and 8: sums of up to 2^18 of their products
	// are exact in float32, and also with TF32 or BF16 factors and float32 sums.
	small = fill(func(r *rand.Rand) float64 { return float64(r.IntN(17) - 8) })

	// rectified numbers are the output of ReLU for normal ones: half are zero.
	rectified = fill(func(r *rand.Rand) float64 { return max(0, r.NormFloat64()) })
)

// Numbers for bytes.
var (
	denseBytes  = fill(func(r *rand.Rand) float64 { return float64(1 + r.IntN(255)) })
	smallBytes  = fill(func(r *rand.Rand) float64 { return float64(r.IntN(9)) })
	sparseBytes = fill(func(r *rand.Rand) float64 { // zero like 80 % of the pixels of handwritten digits
		if r.IntN(5) > 0 {
			return 0
		}
		return float64(1 + r.IntN(255))
	})
)

// oneNaN returns small numbers other than 0 with a NaN in their middle.
func oneNaN(r *rand.Rand, n int) []float64 {
	values := fill(func(r *rand.Rand) float64 { return float64(1+r.IntN(8)) * float64(1-2*r.IntN(2)) })(r, n)
	values[n/2] = math.NaN()
	return values
}
