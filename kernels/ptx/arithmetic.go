package ptx

import (
	"math"
	"math/bits"
	"strings"
)

// An operation computes one result from up to three operands. A register of 32 bits or
// less has zeros above them, and a predicate is 0 or 1.
type operation func(a, b, c uint64) uint64

// operations are the instructions that only compute.
var operations = map[string]operation{
	"add.s32":      func(a, b, _ uint64) uint64 { return uint64(uint32(a) + uint32(b)) },
	"sub.s32":      func(a, b, _ uint64) uint64 { return uint64(uint32(a) - uint32(b)) },
	"neg.s32":      func(a, _, _ uint64) uint64 { return uint64(-uint32(a)) },
	"mul.lo.s32":   func(a, b, _ uint64) uint64 { return uint64(uint32(a) * uint32(b)) },
	"mad.lo.s32":   func(a, b, c uint64) uint64 { return uint64(uint32(a)*uint32(b) + uint32(c)) },
	"mul.wide.s32": func(a, b, _ uint64) uint64 { return uint64(int64(int32(a)) * int64(int32(b))) },
	"mul.wide.u32": func(a, b, _ uint64) uint64 { return uint64(uint32(a)) * uint64(uint32(b)) },
	"div.s32":      func(a, b, _ uint64) uint64 { return quotient(int32(a), int32(b)) },
	"rem.s32":      func(a, b, _ uint64) uint64 { return uint64(uint32(a) - uint32(quotient(int32(a), int32(b)))*uint32(b)) },
	"div.u32":      func(a, b, _ uint64) uint64 { return quotient(uint32(a), uint32(b)) },
	"rem.u32": func(a, b, _ uint64) uint64 {
		return uint64(uint32(a) - uint32(quotient(uint32(a), uint32(b)))*uint32(b))
	},
	"min.s32":    func(a, b, _ uint64) uint64 { return uint64(uint32(min(int32(a), int32(b)))) },
	"max.s32":    func(a, b, _ uint64) uint64 { return uint64(uint32(max(int32(a), int32(b)))) },
	"max.u32":    func(a, b, _ uint64) uint64 { return uint64(max(uint32(a), uint32(b))) },
	"min.u32":    func(a, b, _ uint64) uint64 { return uint64(min(uint32(a), uint32(b))) },
	"add.s64":    func(a, b, _ uint64) uint64 { return a + b },
	"sub.s64":    func(a, b, _ uint64) uint64 { return a - b },
	"mul.lo.s64": func(a, b, _ uint64) uint64 { return a * b },

	// A shift by more than the width takes the width.
	"shl.b32": func(a, b, _ uint64) uint64 { return uint64(uint32(a) << uint32(b)) },
	"shr.u32": func(a, b, _ uint64) uint64 { return uint64(uint32(a) >> uint32(b)) },
	"shr.s32": func(a, b, _ uint64) uint64 { return uint64(uint32(int32(a) >> uint32(b))) },
	"shl.b64": func(a, b, _ uint64) uint64 { return a << uint32(b) },

	"and.b32":  func(a, b, _ uint64) uint64 { return a & b & math.MaxUint32 },
	"or.b32":   func(a, b, _ uint64) uint64 { return (a | b) & math.MaxUint32 },
	"not.b32":  func(a, _, _ uint64) uint64 { return uint64(^uint32(a)) },
	"and.b64":  func(a, b, _ uint64) uint64 { return a & b },
	"and.pred": func(a, b, _ uint64) uint64 { return a & b },
	"or.pred":  func(a, b, _ uint64) uint64 { return a | b },
	"not.pred": func(a, _, _ uint64) uint64 { return a ^ 1 },
	"prmt.b32": permute,

	"mov.pair": func(a, b, _ uint64) uint64 { return uint64(uint32(a)) | b<<32 }, // mov.b64 from two
	"mov.high": func(a, _, _ uint64) uint64 { return a >> 32 },                   // mov.b64 to two
	"mov.low":  func(a, _, _ uint64) uint64 { return uint64(uint32(a)) },

	"cvt.s64.s32":     func(a, _, _ uint64) uint64 { return uint64(int64(int32(a))) },
	"cvt.u64.u32":     func(a, _, _ uint64) uint64 { return uint64(uint32(a)) },
	"cvt.u32.u64":     func(a, _, _ uint64) uint64 { return uint64(uint32(a)) },
	"cvt.u64.u16":     func(a, _, _ uint64) uint64 { return uint64(uint16(a)) },
	"cvt.u32.u16":     func(a, _, _ uint64) uint64 { return uint64(uint16(a)) },
	"cvt.rn.f32.s32":  func(a, _, _ uint64) uint64 { return bits32(float32(int32(a))) },
	"cvt.rn.f32.u16":  func(a, _, _ uint64) uint64 { return bits32(float32(uint16(a))) },
	"cvt.f64.f32":     func(a, _, _ uint64) uint64 { return math.Float64bits(float64(f32(a))) },
	"cvt.sat.f32.f32": func(a, _, _ uint64) uint64 { return bits32(saturate(f32(a))) },
	"cvt.rn.f16.f32":  func(a, _, _ uint64) uint64 { return half(f32(a)) },
	"cvt.f32.f16":     func(a, _, _ uint64) uint64 { return bits32(single(a)) },

	"add.f32":     func(a, b, _ uint64) uint64 { return bits32(f32(a) + f32(b)) },
	"sub.f32":     func(a, b, _ uint64) uint64 { return bits32(f32(a) - f32(b)) },
	"mul.f32":     func(a, b, _ uint64) uint64 { return bits32(f32(a) * f32(b)) },
	"div.rn.f32":  func(a, b, _ uint64) uint64 { return bits32(f32(a) / f32(b)) },
	"sqrt.rn.f32": func(a, _, _ uint64) uint64 { return bits32(float32(math.Sqrt(float64(f32(a))))) },
	"neg.f32":     func(a, _, _ uint64) uint64 { return a ^ 1<<31 },
	"fma.rn.f32":  func(a, b, c uint64) uint64 { return bits32(fused(f32(a), f32(b), f32(c))) },
	"fma.rm.f32":  func(a, b, c uint64) uint64 { return bits32(fusedDown(f32(a), f32(b), f32(c))) },
	"add.f64":     func(a, b, _ uint64) uint64 { return math.Float64bits(f64(a) + f64(b)) },

	// What joining a product and a difference gives: a·b - c and c - a·b.
	"fma.minus.f32":  func(a, b, c uint64) uint64 { return bits32(fused(f32(a), f32(b), -f32(c))) },
	"fma.negate.f32": func(a, b, c uint64) uint64 { return bits32(fused(-f32(a), f32(b), f32(c))) },
}

// copies are the instructions that give their operand as it is. All address spaces
// share one numbering, so that converting an address changes nothing.
var copies = []string{
	"mov.u32", "mov.b32", "mov.f32", "mov.f64", "mov.b64", "mov.pred", "cvta.to.global.u64", "cvta.to.shared.u64", "cvta.shared.u64",
	"ld.param.u32", "ld.param.u64", "ld.param.f32", "st.param.b32", "st.param.b64", "st.param.f32",
}

func init() {
	for _, op := range copies {
		operations[op] = func(a, _, _ uint64) uint64 { return a }
	}
	for _, kind := range strings.Fields("f32 b32 b64 u32 u16") {
		operations["selp."+kind] = func(a, b, p uint64) uint64 {
			if p != 0 {
				return a
			}
			return b
		}
	}
	signed := func(a uint64) int32 { return int32(a) }
	compare("s32", signed)
	compare("b32", signed)
	compare("s16", func(a uint64) int16 { return int16(a) })
	compare("u32", func(a uint64) uint32 { return uint32(a) })
	compare("s64", func(a uint64) int64 { return int64(a) })
	compare("f32", f32)
}

// compare adds the comparisons of a type. Those that end in u are also true of a NaN.
func compare[T int16 | int32 | int64 | uint32 | float32](kind string, value func(uint64) T) {
	for name, holds := range map[string]func(a, b T) bool{
		"eq": func(a, b T) bool { return a == b }, "ne": func(a, b T) bool { return a < b || a > b },
		"lt": func(a, b T) bool { return a < b }, "geu": func(a, b T) bool { return !(a < b) },
		"gt": func(a, b T) bool { return a > b }, "leu": func(a, b T) bool { return !(a > b) },
		"le": func(a, b T) bool { return a <= b }, "gtu": func(a, b T) bool { return !(a <= b) },
		"ge": func(a, b T) bool { return a >= b }, "ltu": func(a, b T) bool { return !(a >= b) },
		"neu": func(a, b T) bool { return a != b },
		"num": func(a, b T) bool { return a == a && b == b }, "nan": func(a, b T) bool { return a != a || b != b },
	} {
		operations["setp."+name+"."+kind] = func(a, b, _ uint64) uint64 {
			if holds(value(a), value(b)) {
				return 1
			}
			return 0
		}
	}
}

// quotient returns a/b rounded towards zero, and all ones for b = 0.
func quotient[T int32 | uint32](a, b T) uint64 {
	if b == 0 {
		return math.MaxUint32
	}
	return uint64(uint32(a / b))
}

// permute picks the four bytes that the digits of c name among those of a and b. Bit 3
// of a digit would copy the sign; nothing uses it.
func permute(a, b, c uint64) uint64 {
	bytes := uint64(uint32(a)) | b<<32
	var v uint64
	for i := range 4 {
		v |= bytes >> (8 * (c >> (4 * i) & 7)) & 0xff << (8 * i)
	}
	return v
}

// insert is bfi.b32: b with the low `length` bits of a from bit `start` on.
func insert(a, b uint64, start, length int) uint64 {
	mask := uint32((uint64(1)<<length - 1) << start)
	return uint64(uint32(b)&^mask | bits.RotateLeft32(uint32(a), start)&mask)
}
