//go:build cuda && linux

package gpu

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestSplitHostile multiplies images by numbers that float16 does not have: finite
// results must be as accurate as ever, in units given by the largest finite number, and
// others must not come out as a wrong number.
func TestSplitHostile(t *testing.T) {
	useDevice(t)
	draw := rand.New(rand.NewPCG(2, 4))
	b, err := Open(Options{Precision: Split16})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for _, backward := range []bool{false, true} {
		for name, number := range map[string]func(i int) float64{
			"zero":                  func(int) float64 { return 0 },
			"huge":                  func(int) float64 { return math.MaxFloat32 * (2*draw.Float64() - 1) },
			"large, finite sums":    func(int) float64 { return 1e33 * draw.NormFloat64() },
			"tiny":                  func(int) float64 { return 1e-33 * draw.NormFloat64() },
			"below normal":          func(int) float64 { return math.Ldexp(float64(draw.IntN(99)-49), -149) },
			"columns of all sizes":  func(i int) float64 { return math.Ldexp(draw.NormFloat64(), -7*(i%10)) },
			"one is far above":      only(45, 1e30, draw.NormFloat64),
			"one is infinite":       only(45, math.Inf(1), draw.NormFloat64),
			"one is minus infinite": only(45, math.Inf(-1), draw.NormFloat64),
			"one is NaN":            only(45, math.NaN(), draw.NormFloat64),
			"all are infinite":      func(int) float64 { return math.Inf(1) },
		} {
			p := newSplitProduct(30, 30, 10, backward)
			for i := range p.other {
				p.other[i] = float32(number(i))
			}
			for i := range 5 { // an image, and a pixel of all images, without a zero
				for j := range p.in {
					p.pixels[i*p.in+j] = 1 + uint8(j)
				}
			}
			p.judge(t, name, p.on(t, b))
		}
	}
}

func only(at int, v float64, others func() float64) func(i int) float64 {
	return func(i int) float64 {
		if i == at {
			return v
		}
		return others()
	}
}

// judge compares a product with that in float64. A factor may be off by 2⁻²³ of itself,
// or by 2⁻⁵⁰ of the largest finite one, or by 2⁻¹³⁶; a sum of n float32 products by
// 2√n+2 roundings.
func (p splitProduct) judge(t *testing.T, name string, got []float32) {
	t.Helper()
	floor := 0x1p-136
	for _, v := range p.other {
		if v := math.Abs(float64(v)); v <= math.MaxFloat32 {
			floor = max(floor, v*0x1p-50)
		}
	}
	m, n, terms := p.shape()
	wrong, infinite := 0, 0
	for i := range m {
		for j := range n {
			want, size, pixels := 0.0, 0.0, 0.0
			for l := range terms {
				term := p.term(i, j, l)
				want, size = want+term, size+math.Abs(term)
				if x := p.pixel(i, l); x > 0 {
					pixels += x
				}
			}
			g := float64(got[i*n+j])
			limit := (2*math.Sqrt(2*float64(terms))+4)*0x1p-24*size + pixels*floor
			switch {
			case want-want != 0:
				infinite++
				if g == g && g != want {
					wrong++
				}
			case math.Abs(want)+limit > math.MaxFloat32 && (g == math.Inf(1) && want > 0 || g == math.Inf(-1) && want < 0):
			case !(math.Abs(g-want) <= limit):
				wrong++
			}
		}
	}
	t.Logf("%s: %d of %d elements are not finite", name, infinite, m*n)
	if wrong > 0 {
		t.Errorf("%s, backward %v: %d of %d elements are wrong", name, p.backward, wrong, m*n)
	}
}
