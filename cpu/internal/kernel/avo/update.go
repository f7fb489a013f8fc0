//go:build generate

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// momentum writes the kernel of v = momentum·v + (g + l2·p), p -= rate·v. Here and in
// adam each operation rounds, as in plain Go.
func momentum() {
	text("momentum", "p, v, g []float32, rate, momentum, l2 float32)",
		"computes v = momentum·v + (g + l2·p) and p -= rate·v, %d elements at a time.", set.vector/4)
	rate, keep, l2 := scalar("rate"), scalar("momentum"), scalar("l2")
	elements([]string{"p", "v", "g"}, func(at []Mem) {
		p, v, d := load(at[0]), load(at[1]), register()
		VMULPS(p, l2, d)
		VADDPS(at[2], d, d)
		VMULPS(v, keep, v)
		VADDPS(d, v, v)
		VMOVUPS(v, at[1])
		VMULPS(v, rate, v)
		VSUBPS(v, p, p)
		VMOVUPS(p, at[0])
	})
}

// adam writes the kernel of Adam.
func adam() {
	text("adam", "p, m, v, g []float32, alpha, beta1, rest1, beta2, rest2, epsilon, l2 float32)",
		"computes d = g + l2·p, m = beta1·m + rest1·d, v = beta2·v + rest2·d² and p -= alpha·m/(√v + epsilon), %d elements at a time.", set.vector/4)
	alpha, epsilon, l2 := scalar("alpha"), scalar("epsilon"), scalar("l2")
	beta1, rest1, beta2, rest2 := scalar("beta1"), scalar("rest1"), scalar("beta2"), scalar("rest2")
	elements([]string{"p", "m", "v", "g"}, func(at []Mem) {
		p, m, v, d, t := load(at[0]), load(at[1]), load(at[2]), register(), register()
		VMULPS(p, l2, d)
		VADDPS(at[3], d, d)
		VMULPS(d, rest1, t)
		VMULPS(m, beta1, m)
		VADDPS(t, m, m)
		VMOVUPS(m, at[1])
		VMULPS(d, rest2, t)
		VMULPS(d, t, t)
		VMULPS(v, beta2, v)
		VADDPS(t, v, v)
		VMOVUPS(v, at[2])
		VSQRTPS(v, v)
		VADDPS(epsilon, v, v)
		VMULPS(m, alpha, m)
		VDIVPS(v, m, m)
		VSUBPS(m, p, p)
		VMOVUPS(p, at[0])
	})
}

// elements writes a loop over slices of the same length, which is a multiple of a
// register's. The function each writes its body, for a register of elements of each
// slice.
func elements(slices []string, each func(at []Mem)) {
	at := make([]Mem, len(slices))
	offset, length := GP64(), Load(Param(slices[0]).Len(), GP64()).(reg.GPVirtual)
	SHLQ(Imm(2), length)
	XORQ(offset, offset)
	for i, name := range slices {
		at[i] = Mem{Base: base(name), Index: offset, Scale: 1}
	}
	JMP(LabelRef("more"))
	Label("elements")
	each(at)
	ADDQ(Imm(uint64(set.vector)), offset)
	Label("more")
	CMPQ(offset, length)
	JLT(LabelRef("elements"))
	VZEROUPPER()
	RET()
}

func load(from Mem) reg.VecVirtual {
	v := register()
	VMOVUPS(from, v)
	return v
}
