//go:build cuda && linux

package driver

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// errorLimits bounds the errors of products of numbers of either sign, in units of
// 2^-24 · Σ|a||b| of each element: the root mean square from both sides, to detect a
// precision that is not on, and the largest from above. Sums of n float32 products are
// off by 2√n+2 at most; factors of 11 and of 8 bits by 2^13 and 2^16 times 2^-24, or
// twice that if they are truncated instead of rounded.
var errorLimits = map[Precision]struct{ rmsLow, rmsHigh, largest float64 }{
	FP32: {0, 4, 0},
	TF32: {10, 2000, 32768},
	BF16: {100, 8000, 131072},
}

// TestErrorsOfProducts measures each precision at the shapes of a training, with the
// transposes that a training has.
func TestErrorsOfProducts(t *testing.T) {
	for _, g := range []gemmCase{
		{false, false, 128, 100, 784, 1, 0},
		{true, false, 196, 64, 1024, 1, 0},
		{false, true, 64, 128, 400, 1, 0},
	} {
		for p, limits := range errorLimits {
			t.Run(fmt.Sprintf("%d/%v", p, g), func(t *testing.T) {
				rms, largest := errorsOf(t, p, g)
				most := limits.largest
				if most == 0 {
					most = min(float64(g.k), 2*math.Sqrt(float64(g.k))+2)
				}
				t.Logf("rms %.3g of %v to %v, largest %.3g of %.3g", rms, limits.rmsLow, limits.rmsHigh, largest, most)
				if !(rms >= limits.rmsLow && rms <= limits.rmsHigh && largest <= most) {
					t.Error("outside of the limits")
				}
			})
		}
	}
}

// errorsOf returns the errors of one product of random numbers.
func errorsOf(t *testing.T, p Precision, g gemmCase) (rms, largest float64) {
	t.Helper()
	d := openAny(t)
	draw := rand.New(rand.NewPCG(3, 4))
	a, b := normal(draw, g.m*g.k), normal(draw, g.k*g.n)
	lda, ldb := g.k, g.n
	if g.transA {
		lda = g.m
	}
	if g.transB {
		ldb = g.k
	}
	c := upload(t, d, make([]float32, g.m*g.n))
	must(t, d.Multiply(Product{Precision: p, M: g.m, N: g.n, K: g.k, TransA: g.transA, TransB: g.transB,
		A: upload(t, d, a), B: upload(t, d, b), C: c}))
	squares := 0.0
	for i, got := range download(t, d, c, g.m*g.n) {
		want, size := 0.0, 0.0
		for l := range g.k {
			product := at(a, lda, g.transA, i/g.n, l) * at(b, ldb, g.transB, l, i%g.n)
			want, size = want+product, size+math.Abs(product)
		}
		e := math.Abs(float64(got)-want) / (0x1p-24 * size)
		if !(e <= largest) { // a NaN stays
			largest = e
		}
		squares += e * e
	}
	return math.Sqrt(squares / float64(g.m*g.n)), largest
}

func normal(draw *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(draw.NormFloat64())
	}
	return x
}
