package ptx

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// anyFloat returns numbers of all exponents, and close ones.
func anyFloat(r *rand.Rand) float32 {
	for {
		v := math.Float32frombits(r.Uint32())
		if r.IntN(2) == 0 {
			v = float32(math.Ldexp(1+r.Float64(), r.IntN(8)-4))
		}
		if v == v && !math.IsInf(float64(v), 0) {
			return v
		}
	}
}

// TestFusedRoundsOnce compares with exact sums.
func TestFusedRoundsOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	twice := 0 // sums that a rounding to float64 before spoils
	for i := range 100000 {
		a, b, c := anyFloat(r), anyFloat(r), anyFloat(r)
		if i < 1000 { // just beside the middle of two float32 numbers
			a, b = 1+float32(r.IntN(1<<11))*0x1p-12, 1+0x1p-12
			c = float32(math.Ldexp(r.Float64()-0.5, -80))
		}
		if i >= 1000 && r.IntN(2) == 0 {
			c = -a * b * (1 + float32(r.IntN(5)-2)*0x1p-23) // nearly cancels
		}
		if math.IsInf(float64(c), 0) {
			continue
		}
		exact := new(big.Float).SetPrec(2000).Mul(big.NewFloat(float64(a)), big.NewFloat(float64(b)))
		exact.SetPrec(2000).Add(exact, big.NewFloat(float64(c)))
		want, _ := exact.Float32()
		if got := fused(a, b, c); got != want {
			t.Fatalf("%v·%v + %v = %v, must be %v", a, b, c, got, want)
		}
		down, accuracy := new(big.Float).SetMode(big.ToNegativeInf).SetPrec(24).Set(exact).Float32()
		if math.Abs(float64(want)) > 0x1p-126 && !math.IsInf(float64(want), 0) && accuracy == big.Exact {
			if got := fusedDown(a, b, c); got != down {
				t.Fatalf("%v·%v + %v rounded down is %v, must be %v", a, b, c, got, down)
			}
		}
		if float32(float64(a)*float64(b)+float64(c)) != want {
			twice++
		}
	}
	if twice == 0 {
		t.Error("no sum was hard: rounding to float64 first gives the same")
	}
}

func TestHalf(t *testing.T) {
	for bits := range uint64(1 << 16) {
		v := single(bits)
		if back := half(v); back != bits && v == v {
			t.Fatalf("float16 %#x is %v, which is float16 %#x", bits, v, back)
		}
		if next := single(bits + 1); bits&0x7fff < 0x7c00 && next == next && !math.IsInf(float64(next), 0) {
			even := bits + bits&1
			if middle := half((v + next) / 2); middle != even {
				t.Fatalf("between float16 %#x and the next is %#x, must be %#x", bits, middle, even)
			}
		}
	}
}

func TestExp2(t *testing.T) {
	for _, test := range []struct {
		v, want float32
	}{
		{0, 1}, {-3, 0.125}, {0x1p-149, 1}, {-127, 0}, {128, float32(math.Inf(1))}, {float32(math.Inf(-1)), 0},
	} {
		for end := -1; end <= 1; end++ {
			if got := exp2(test.v, end); got != test.want {
				t.Errorf("2^%v is %v, must be %v", test.v, got, test.want)
			}
		}
	}
	if !(exp2(0.3, -1) < exp2(0.3, 0) && exp2(0.3, 0) < exp2(0.3, 1)) {
		t.Error("the ends of the error are the same")
	}
	if v := exp2(float32(math.NaN()), 1); v == v {
		t.Errorf("2^NaN is %v", v)
	}
}
