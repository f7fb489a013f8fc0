package ptx

import "math"

func f32(bits uint64) float32 { return math.Float32frombits(uint32(bits)) }
func f64(bits uint64) float64 { return math.Float64frombits(bits) }

// bits32 gives every NaN the bits that a GPU gives to its results.
func bits32(v float32) uint64 {
	if v != v {
		return 0x7fffffff
	}
	return uint64(math.Float32bits(v))
}

// fused returns a·b + c with one rounding to float32. The product is exact in float64.
// The sum is rounded to odd, which a second rounding to fewer bits does not notice.
func fused(a, b, c float32) float32 { return float32(oddSum(a, b, c)) }

func oddSum(a, b, c float32) float64 {
	p := float64(a) * float64(b)
	sum := float64(p + float64(c))
	t := float64(sum - p) // what sum lacks, by Knuth's TwoSum
	rest := float64(p-float64(sum-t)) + float64(float64(c)-t)
	bits := math.Float64bits(sum)
	if rest == 0 || rest != rest || bits&1 == 1 || math.IsInf(sum, 0) {
		return sum
	}
	if (rest > 0) == (sum > 0) {
		return math.Float64frombits(bits + 1)
	}
	return math.Float64frombits(bits - 1)
}

// fusedDown returns a·b + c rounded towards -∞.
func fusedDown(a, b, c float32) float32 {
	sum := oddSum(a, b, c)
	v := float32(sum)
	if float64(v) > sum {
		v = math.Nextafter32(v, float32(math.Inf(-1)))
	}
	return v
}

// saturate returns v between 0 and 1, and 0 for NaN.
func saturate(v float32) float32 {
	if !(v > 0) {
		return 0
	}
	return min(v, 1)
}

// flushed returns v, or a zero of its sign if it is subnormal.
func flushed(v float32) float32 {
	if math.Abs(float64(v)) < 0x1p-126 {
		return float32(math.Copysign(0, float64(v)))
	}
	return v
}

// exp2 returns 2^v as ex2.approx.ftz.f32 may: off by as much as its documentation
// allows, 2^-22 of the result, in the direction of `end`, which is -1, 0 or 1. Powers of
// whole numbers are exact.
func exp2(v float32, end int) float32 {
	v = flushed(v)
	p := math.Exp2(float64(v))
	if v != float32(math.Floor(float64(v))) {
		p += float64(end) * p * 0x1p-22
	}
	return flushed(float32(p))
}

// half returns the float16 nearest to v, ties to even.
func half(v float32) uint64 {
	sign := uint64(math.Float32bits(v)>>16) & 0x8000
	a := math.Abs(float64(v))
	switch {
	case v != v:
		return 0x7fff
	case a >= 65520: // halfway between the largest number and what would follow
		return sign | 0x7c00
	case a < 0x1p-14:
		return sign | uint64(math.RoundToEven(a*0x1p24))
	}
	fraction, exponent := math.Frexp(a) // a = fraction · 2^exponent, fraction from 1/2
	return sign | (uint64(exponent+13)<<10 + uint64(math.RoundToEven(fraction*0x1p11)))
}

// single returns the value of a float16.
func single(h uint64) float32 {
	sign := math.Copysign(1, float64(int16(h)))
	if int16(h) == 0 {
		return 0
	}
	exponent, fraction := int(h>>10&31), float64(h&0x3ff)
	switch exponent {
	case 0:
		return float32(sign * fraction * 0x1p-24)
	case 31:
		if fraction != 0 {
			return float32(math.NaN())
		}
		return float32(math.Inf(int(sign)))
	}
	return float32(sign * math.Ldexp(1+fraction/1024, exponent-15))
}
