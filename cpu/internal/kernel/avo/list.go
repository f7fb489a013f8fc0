//go:build generate

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// listBytes writes the kernel that lists the bytes that are not zero, eight at a
// time. It moves them to the front and stores all eight; the next ones overwrite
// those behind.
func listBytes() {
	order := frontOrder()
	TEXT("listBytes", NOSPLIT, "func(entries []Entry, src []uint8, scale float32) (count int)")
	Doc("listBytes lists scale·src and returns the number of entries. There must be as",
		"many entries as bytes, which come by eights.")
	first, from := base("entries"), base("src")
	behind, scale := end("src", from, 0), scalar("scale")
	none := registers(1)
	zero(none)
	offsets, step := YMM(), YMM()
	VMOVDQU(firstOffsets(), offsets)
	VPBROADCASTD(offsetStep(), step)
	to, orders := GP64(), GP64()
	MOVQ(first, to)
	LEAQ(order, orders)
	JMP(LabelRef("more"))

	Label("eight")
	values, keys := YMM(), YMM()
	mask, count := GP64(), GP64()
	VPMOVZXBD(Mem{Base: from}, values)
	VPCMPEQD(values, none[0], keys)
	VMOVMSKPS(keys, mask.As32())
	XORL(U32(0xff), mask.As32())
	VPMOVZXBD(Mem{Base: orders, Index: mask, Scale: 8}, keys)
	VCVTDQ2PS(values, values)
	VMULPS(scale, values, values)
	VPERMPS(values, keys, values)
	VPERMD(offsets, keys, keys)
	low := YMM()
	VUNPCKLPS(values, keys, low)
	VUNPCKHPS(values, keys, keys)
	VMOVUPS(low, Mem{Base: to})
	VMOVUPS(keys, Mem{Base: to, Disp: vector})
	POPCNTL(mask.As32(), count.As32())
	LEAQ(Mem{Base: to, Index: count, Scale: 8}, to)
	VPADDD(step, offsets, offsets)
	ADDQ(Imm(8), from)
	Label("more")
	CMPQ(from, behind)
	JLT(LabelRef("eight"))

	SUBQ(first, to)
	SHRQ(Imm(3), to)
	Store(to, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// frontOrder is the table, by the mask of the eight, of which element goes
// where. Unpacking pairs the elements 0, 1, 4 and 5 of two registers first, so
// that is where the first four go.
func frontOrder() Mem {
	table := GLOBL("frontOrder", RODATA|NOPTR)
	place := [8]int{0, 1, 4, 5, 2, 3, 6, 7}
	for mask := range 256 {
		var order uint64
		count := 0
		for i := range 8 {
			if mask>>i&1 != 0 {
				order |= uint64(i) << (8 * place[count])
				count++
			}
		}
		DATA(8*mask, U64(order))
	}
	return table
}

// firstOffsets are the offsets of the first eight entries.
func firstOffsets() Mem {
	table := GLOBL("firstOffsets", RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(row*i))
	}
	return table
}

// offsetStep is how far the offsets of the next eight are.
func offsetStep() Mem {
	table := GLOBL("offsetStep", RODATA|NOPTR)
	DATA(0, U32(8*row))
	return table
}
