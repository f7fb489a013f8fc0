//go:build generate

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fetch writes the kernel that prefetches bytes.
func fetch() {
	const line = 64
	text("fetch", "src []uint8)", "asks for bytes, cache line by cache line.")
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

// lister is the kernel that lists the non-zero bytes, a register of entries at a time.
// It moves the entries of a list to the front of a register and stores the whole
// register; the next store overwrites what is behind them.
type lister struct {
	first, second, rows Mem
	ends                [3]reg.GPVirtual // addresses of the pair plus four bytes for each entry of a list so far
}

// listPair writes the kernel. The function next writes how an instruction set lists a
// register's worth of bytes of both rows.
func listPair(next func(*lister)) {
	text("listPair", "pair *Pair, first, second []uint8, rows []uint32)",
		"adds the columns of two rows to the lists of a pair. There are as many numbers of rows as bytes of each, "+
			"a multiple of 16, and the lists have room for them.")
	pair, first, second, rows := parameter("pair"), base("first"), base("second"), base("rows")
	i, bytes := GP64(), Load(Param("first").Len(), GP64()).(reg.GPVirtual)
	l := &lister{
		first: Mem{Base: first, Index: i, Scale: 1}, second: Mem{Base: second, Index: i, Scale: 1},
		rows: Mem{Base: rows, Index: i, Scale: 4},
	}
	for list := range l.ends {
		count := GP64()
		MOVL(Mem{Base: pair, Disp: countOf(list)}, count.As32())
		l.ends[list] = GP64()
		LEAQ(Mem{Base: pair, Index: count, Scale: 4}, l.ends[list])
	}
	XORL(i.As32(), i.As32())
	JMP(LabelRef("more"))
	Label("next")
	next(l)
	ADDQ(Imm(uint64(set.vector/4)), i)
	Label("more")
	CMPQ(i, bytes)
	JLT(LabelRef("next"))
	for list, end := range l.ends {
		SUBQ(pair, end)
		SHRQ(Imm(2), end)
		MOVL(end.As32(), Mem{Base: pair, Disp: countOf(list)})
	}
	VZEROUPPER()
	RET()
}

// put stores a register at the end of a list and moves the end by the number of bits
// that are set in mask.
func (l *lister) put(list int, front reg.VecVirtual, mask reg.GPVirtual) {
	VMOVUPS(front, Mem{Base: l.ends[list], Disp: entriesOf(list)})
	POPCNTL(mask.As32(), mask.As32())
	LEAQ(Mem{Base: l.ends[list], Index: mask, Scale: 4}, l.ends[list])
}

// listPairAVX512 has an instruction, VPCOMPRESSD, to move entries to the front.
func listPairAVX512() {
	listPair(func(l *lister) {
		first, second := ZMM(), ZMM()
		VPMOVZXBD(l.first, first)
		VPMOVZXBD(l.second, second)
		inFirst, inSecond := K(), K()
		masks := [3]reg.OpmaskVirtual{K(), K(), K()}
		VPTESTMD(first, first, inFirst)
		VPTESTMD(second, second, inSecond)
		KORTESTW(inFirst, inSecond)
		JEQ(LabelRef("none"))
		KANDW(inFirst, inSecond, masks[both])
		KANDNW(inFirst, inSecond, masks[firstOnly]) // inverts the second operand
		KANDNW(inSecond, inFirst, masks[secondOnly])
		VPSLLD(Imm(firstShift), first, first)
		VPSLLD(Imm(secondShift), second, second)
		VPORD(second, first, first)
		VPORD(l.rows, first, first)
		for list, m := range masks {
			front, mask := ZMM(), GP64()
			VPCOMPRESSD_Z(first, m, front)
			KMOVW(m, mask.As32())
			l.put(list, front, mask)
		}
		Label("none")
	})
}

// listPairAVX2 moves entries to the front by permutations from a table.
func listPairAVX2() {
	table := frontOrder()
	listPair(func(l *lister) {
		first, second, none := YMM(), YMM(), YMM()
		VPMOVZXBD(l.first, first)
		VPMOVZXBD(l.second, second)
		VPXOR(none, none, none)
		zeros := func(v reg.VecVirtual) reg.GPVirtual {
			zero, mask := YMM(), GP64()
			VPCMPEQD(v, none, zero)
			VMOVMSKPS(zero, mask.As32())
			return mask
		}
		notFirst, notSecond := zeros(first), zeros(second)
		VPSLLD(Imm(firstShift), first, first)
		VPSLLD(Imm(secondShift), second, second)
		VPOR(second, first, first)
		VPOR(l.rows, first, first)
		masks := [3]reg.GPVirtual{GP64(), GP64(), GP64()}
		MOVL(notFirst.As32(), masks[both].As32())
		ORL(notSecond.As32(), masks[both].As32())
		MOVL(notFirst.As32(), masks[firstOnly].As32())
		XORL(masks[both].As32(), masks[firstOnly].As32()) // not in the second, but in the first
		MOVL(notSecond.As32(), masks[secondOnly].As32())
		XORL(masks[both].As32(), masks[secondOnly].As32())
		XORL(U32(0xff), masks[both].As32())
		orders := GP64()
		LEAQ(table, orders)
		for list, mask := range masks {
			front := YMM()
			VPMOVZXBD(Mem{Base: orders, Index: mask, Scale: 8}, front)
			VPERMD(first, front, front)
			l.put(list, front, mask)
		}
	})
}

// frontOrder is the table, by the mask of eight elements, of the permutation that moves
// the elements in the mask to the front.
func frontOrder() Mem {
	table := GLOBL("frontOrder", RODATA|NOPTR)
	for mask := range 256 {
		var order uint64
		count := 0
		for i := range 8 {
			if mask>>i&1 != 0 {
				order |= uint64(i) << (8 * count)
				count++
			}
		}
		DATA(8*mask, U64(order))
	}
	return table
}

// transposeBytes writes the kernel that turns columns of bytes into rows.
func transposeBytes() {
	text("transposeBytes", "dst []uint8, stride int, src []uint8, rows []int)",
		"makes 16 rows of dst, so far apart, of 16 columns of src: of those where its rows begin, which come by eights.")
	dst, stride, src, rows := base("dst"), parameter("stride"), base("src"), base("rows")
	behind := end("rows", rows, 3)
	JMP(LabelRef("more"))
	Label("rows")
	var v [8]reg.VecVirtual
	for i := range v {
		from := GP64()
		v[i] = XMM()
		MOVQ(Mem{Base: rows, Disp: 8 * i}, from)
		VMOVDQU(Mem{Base: src, Index: from, Scale: 1}, v[i])
	}
	// Rows four apart are interleaved, then those two apart, and finally neighbours:
	// that leaves the columns in order, two to a register.
	low, high := interleave(v[:])
	var columns []reg.VecVirtual
	for _, half := range [][]reg.VecVirtual{low, high} {
		low, high := interleave(half)
		for _, quarter := range [][]reg.VecVirtual{low, high} {
			low, high := interleave(quarter)
			columns = append(columns, low[0], high[0])
		}
	}
	to := GP64()
	MOVQ(dst, to)
	for _, two := range columns {
		VMOVLPS(two, Mem{Base: to})
		VMOVHPS(two, Mem{Base: to, Index: stride, Scale: 1})
		LEAQ(Mem{Base: to, Index: stride, Scale: 2}, to)
	}
	ADDQ(Imm(8), dst)
	ADDQ(Imm(64), rows)
	Label("more")
	CMPQ(rows, behind)
	JLT(LabelRef("rows"))
	RET()
}

// interleave interleaves the bytes of the first half of v with those of the second
// half. Register i of low and high has the bytes of v[i] and v[i+len(v)/2] in turn.
func interleave(v []reg.VecVirtual) (low, high []reg.VecVirtual) {
	half := len(v) / 2
	for i := range half {
		l, h := XMM(), XMM()
		VPUNPCKLBW(v[i+half], v[i], l)
		VPUNPCKHBW(v[i+half], v[i], h)
		low, high = append(low, l), append(high, h)
	}
	return low, high
}
