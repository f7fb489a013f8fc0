//go:build generate

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fetch writes the kernel that asks for bytes before they are needed.
func fetch() {
	const line = 64
	text("fetch", "src []uint8)", "asks for bytes, line by line of the cache.")
	from := base("src")
	behind := end("src", from, 0)
	JMP(LabelRef("more"))
	Label("line")
	PREFETCHT0(Mem{Base: from})
	ADDQ(Imm(line), from)
	Label("more")
	CMPQ(from, behind)
	JLT(LabelRef("line"))
	RET()
}

// lister is the kernel that lists the bytes that are not zero, eight at a time.
// It moves their entries to the front and stores all eight; the next ones
// overwrite those behind.
type lister struct {
	from, to             reg.GPVirtual
	offsets, step, scale reg.VecVirtual
}

// listBytes writes the kernel. An eight is what an instruction set does with
// eight bytes; it returns the mask of those that count. Offsets have so many
// bytes.
func listBytes(offsetBytes int, eight func(*lister) (mask reg.GPVirtual)) {
	text("listBytes", "entries []Entry, src []uint8, offset uint32, scale float32) (count int)",
		"lists scale·src, the first byte at the given offset, and returns the number of entries. "+
			"There must be as many entries as bytes, which come by eights.")
	first := base("entries")
	l := &lister{from: base("src"), to: GP64(), offsets: register(), step: register(), scale: scalar("scale")}
	behind := end("src", l.from, 0)
	MOVQ(first, l.to)
	l.loadOffsets(offsetBytes)
	JMP(LabelRef("more"))

	Label("eight")
	count := eight(l)
	POPCNTL(count.As32(), count.As32())
	LEAQ(Mem{Base: l.to, Index: count, Scale: 8}, l.to)
	ADDQ(Imm(8), l.from)
	Label("more")
	CMPQ(l.from, behind)
	JLT(LabelRef("eight"))

	SUBQ(first, l.to)
	SHRQ(Imm(3), l.to)
	Store(l.to, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// loadOffsets sets the offsets of the first eight entries, and how far those of
// the next are.
func (l *lister) loadOffsets(size int) {
	offset, err := Param("offset").Resolve()
	if err != nil {
		panic(err)
	}
	first, next := eightOffsets("firstOffsets", size, func(i int) int { return row * i }),
		eightOffsets("nextOffsets", size, func(int) int { return 8 * row })
	VMOVUPS(next, l.step)
	start, low := GP64(), XMM()
	MOVL(offset.Addr, start.As32())
	VMOVQ(start, low)
	if size == 8 {
		VPBROADCASTQ(low, l.offsets)
		VPADDQ(first, l.offsets, l.offsets)
	} else {
		VPBROADCASTD(low, l.offsets)
		VPADDD(first, l.offsets, l.offsets)
	}
}

// eightOffsets is a table of eight numbers of 4 or 8 bytes.
func eightOffsets(name string, size int, value func(i int) int) Mem {
	table := GLOBL(name, RODATA|NOPTR)
	for i := range 8 {
		if size == 8 {
			DATA(8*i, U64(value(i)))
		} else {
			DATA(4*i, U32(value(i)))
		}
	}
	return table
}

// listBytesAVX512 makes each entry in one element of a register.
func listBytesAVX512() {
	listBytes(8, func(l *lister) reg.GPVirtual {
		entries, notZero, mask := ZMM(), K(), GP64()
		VPMOVZXBQ(Mem{Base: l.from}, entries)
		VPTESTMQ(entries, entries, notZero)
		KMOVB(notZero, mask.As32())
		VCVTDQ2PS(entries, entries)
		VMULPS(l.scale, entries, entries)
		VPSLLQ(Imm(32), entries, entries)
		VPORQ(l.offsets, entries, entries)
		VPCOMPRESSQ_Z(entries, notZero, entries)
		VMOVUPS(entries, Mem{Base: l.to})
		VPADDQ(l.step, l.offsets, l.offsets)
		return mask
	})
}

// listBytesAVX2 moves offsets and values by a table of where to.
func listBytesAVX2() {
	order := frontOrder()
	listBytes(4, func(l *lister) reg.GPVirtual {
		values, keys, low := YMM(), YMM(), YMM()
		mask, orders := GP64(), GP64()
		LEAQ(order, orders)
		VPMOVZXBD(Mem{Base: l.from}, values)
		VPXOR(low, low, low)
		VPCMPEQD(values, low, keys)
		VMOVMSKPS(keys, mask.As32())
		XORL(U32(0xff), mask.As32())
		VPMOVZXBD(Mem{Base: orders, Index: mask, Scale: 8}, keys)
		VCVTDQ2PS(values, values)
		VMULPS(l.scale, values, values)
		VPERMPS(values, keys, values)
		VPERMD(l.offsets, keys, keys)
		VUNPCKLPS(values, keys, low)
		VUNPCKHPS(values, keys, keys)
		VMOVUPS(low, Mem{Base: l.to})
		VMOVUPS(keys, Mem{Base: l.to, Disp: set.vector})
		VPADDD(l.step, l.offsets, l.offsets)
		return mask
	})
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
