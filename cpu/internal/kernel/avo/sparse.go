//go:build generate

package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The bits of numbers that change what a kernel does.
const (
	unity   = 0x3f800000 // 1
	noFloor = 0xff800000 // -∞
)

// sparse is a kernel that multiplies pairs of lists by some adjacent panels of a
// matrix. A row of the matrix that both rows of a pair need is loaded once for both.
// Each sum is added up in the same order, whatever the number of panels.
type sparse struct {
	matrix        reg.GPVirtual // the row that has the number 0
	values        reg.GPVirtual // of the bytes
	steps         []Mem         // from a panel of the matrix to the others, register by register
	first, second []reg.VecVirtual
}

// multiplyPairs writes the kernel of out = max(start + alpha·x·m, floor).
func multiplyPairs(panels int) {
	text(fmt.Sprint("sparse", panels),
		"out []float32, outStride, rows int, start []float32, startStride, startStep int, m []float32, mStride int, x []Pair, values []float32, alpha, floor float32)",
		"computes out = max(start + alpha·x·m, floor) in %d panels.", panels)
	k := &sparse{matrix: base("m"), values: base("values")}
	k.steps = places(k.matrix, panels, "mStride")
	k.first, k.second = registers(len(k.steps)), registers(len(k.steps))
	out, start, rows, pair := base("out"), base("start"), parameter("rows"), base("x")
	JMP(LabelRef("more"))
	Label("pair")
	skipEmpty(pair)
	k.begin(start, rows, panels)
	k.add(pair)
	k.finish(start, rows, panels)
	k.put(out, rows, panels)
	Label("next")
	next := stride("startStep")
	LEAQ(Mem{Base: start, Index: next, Scale: 2}, start)
	ADDQ(U32(2*row), out)
	ADDQ(U32(pairBytes), pair)
	SUBQ(Imm(2), rows)
	Label("more")
	CMPQ(rows, Imm(0))
	JG(LabelRef("pair"))
	VZEROUPPER()
	RET()
}

// skipEmpty jumps to the next pair if this one lists nothing and its rows would stay as
// they are: they start from themselves, and there is no floor.
func skipEmpty(pair reg.GPVirtual) {
	count := GP32()
	MOVL(Mem{Base: pair, Disp: countOf(both)}, count)
	ORL(Mem{Base: pair, Disp: countOf(firstOnly)}, count)
	ORL(Mem{Base: pair, Disp: countOf(secondOnly)}, count)
	JNE(LabelRef("some"))
	CMPQ(parameter("startStep"), Imm(0))
	JE(LabelRef("some"))
	CMPL(address("floor"), U32(noFloor))
	JE(LabelRef("next"))
	Label("some")
}

// places returns the operands of a row of some adjacent panels, register by register.
// An address can scale an index register by 1, 2, 4 or 8.
func places(first reg.GPVirtual, panels int, name string) []Mem {
	all := pieces(Mem{Base: first})
	odd := map[int]reg.GPVirtual{}
	for panel := 1; panel < panels; panel++ {
		scale := panel & -panel
		times := panel / scale
		switch {
		case times == 1 && scale == 1:
			odd[1] = stride(name)
		case scale == 1:
			odd[times] = GP64()
			LEAQ(Mem{Base: odd[times-2], Index: odd[1], Scale: 2}, odd[times])
		}
		all = append(all, pieces(Mem{Base: first, Index: odd[times], Scale: uint8(scale)})...)
	}
	return all
}

// add adds the products of the three lists of a pair. A column of both rows has two
// multiplications for each register that it loads, and a column of one row only one, so
// the former wait for the multipliers and the latter for loads: all three lists are
// taken in turn as long as none has ended, and then the two of one row as long as
// neither has. Taken one at a time, each sum would wait for every addition to end.
func (k *sparse) add(pair reg.GPVirtual) {
	i, end := GP64(), GP64()
	loop := func(name string, end reg.GPVirtual, bodies ...func()) {
		JMP(LabelRef(name + "More"))
		Label(name)
		for _, body := range bodies {
			body()
		}
		INCQ(i)
		Label(name + "More")
		CMPQ(i, end)
		JLT(LabelRef(name))
	}
	one := func(list int, shift uint64, sums []reg.VecVirtual) func() {
		return func() {
			e := load32(pair, list, i)
			at := k.row(e)
			SHRL(Imm(shift), e.As32()) // the byte of the other row is zero
			v := k.value(e)
			for j, sum := range sums {
				VFMADD231PS(at[j], v, sum)
			}
		}
	}
	first := one(firstOnly, firstShift, k.first)
	second := one(secondOnly, secondShift, k.second)
	two := func() {
		e, byteOfFirst := load32(pair, both, i), GP64()
		at := k.row(e)
		SHRL(Imm(firstShift), e.As32())
		MOVBLZX(e.As8(), byteOfFirst.As32())
		SHRL(Imm(secondShift-firstShift), e.As32())
		v, u := k.value(byteOfFirst), k.value(e)
		for j, from := range at {
			w := register()
			VMOVUPS(from, w)
			VFMADD231PS(w, v, k.first[j])
			VFMADD231PS(w, u, k.second[j])
		}
	}

	shared := GP64() // end of what the lists are taken in turn for
	least(shared, pair, firstOnly, secondOnly, both)
	XORL(i.As32(), i.As32())
	loop("all", shared, two, first, second)
	least(end, pair, both)
	loop("both", end, two)
	MOVQ(shared, i)
	least(end, pair, firstOnly, secondOnly)
	loop("each", end, first, second)
	MOVQ(i, shared)
	least(end, pair, firstOnly)
	loop("first", end, first)
	MOVQ(shared, i)
	least(end, pair, secondOnly)
	loop("second", end, second)
}

// least makes n the length of the shortest of some lists.
func least(n, pair reg.GPVirtual, lists ...int) {
	MOVL(Mem{Base: pair, Disp: countOf(lists[0])}, n.As32())
	for _, list := range lists[1:] {
		other := GP64()
		MOVL(Mem{Base: pair, Disp: countOf(list)}, other.As32())
		CMPQ(other, n)
		CMOVQLT(other, n)
	}
}

// load32 loads an entry of a list.
func load32(pair reg.GPVirtual, list int, i reg.GPVirtual) reg.GPVirtual {
	e := GP64()
	MOVL(Mem{Base: pair, Disp: entriesOf(list), Index: i, Scale: 4}, e.As32())
	return e
}

// row names the row of the matrix that an entry asks for.
func (k *sparse) row(e reg.GPVirtual) []Mem {
	place := GP64()
	MOVWLZX(e.As16(), place.As32())
	SHLQ(Imm(rowShift), place)
	ADDQ(k.matrix, place)
	at := make([]Mem, len(k.steps))
	for j, step := range k.steps {
		step.Base = place
		at[j] = step
	}
	return at
}

// value is what a byte stands for.
func (k *sparse) value(b reg.GPVirtual) reg.VecVirtual {
	return broadcast(Mem{Base: k.values, Index: b, Scale: 4})
}

// begin starts the sums of a pair from what they are added to, or from zero if they
// have to be multiplied by alpha first.
func (k *sparse) begin(start, rows reg.GPVirtual, panels int) {
	CMPL(address("alpha"), U32(unity))
	JNE(LabelRef("zero"))
	eachRow(start, "startStride", rows, "startStep", panels, func(j int, first, second Mem) {
		VMOVUPS(first, k.first[j])
		VMOVUPS(second, k.second[j])
	})
	JMP(LabelRef("begun"))
	Label("zero")
	zero(k.first, k.second)
	Label("begun")
}

// finish multiplies the sums by alpha and adds what they start from, unless alpha is 1,
// and applies the floor, if there is one.
func (k *sparse) finish(start, rows reg.GPVirtual, panels int) {
	CMPL(address("alpha"), U32(unity))
	JEQ(LabelRef("scaled"))
	alpha := scalar("alpha")
	eachRow(start, "startStride", rows, "startStep", panels, func(j int, first, second Mem) {
		VFMADD213PS(first, alpha, k.first[j])
		VFMADD213PS(second, alpha, k.second[j])
	})
	Label("scaled")
	CMPL(address("floor"), U32(noFloor))
	JEQ(LabelRef("bounded"))
	floor := scalar("floor")
	for j := range k.first {
		VMAXPS(k.first[j], floor, k.first[j]) // of a NaN and a number, the sum is kept
		VMAXPS(k.second[j], floor, k.second[j])
	}
	Label("bounded")
}

// put writes out both rows of a pair.
func (k *sparse) put(out, rows reg.GPVirtual, panels int) {
	eachRow(out, "outStride", rows, "", panels, func(j int, first, second Mem) {
		VMOVUPS(k.second[j], second)
		VMOVUPS(k.first[j], first)
	})
}

// eachRow calls f with the places of a pair's sums, register by register, in some
// adjacent panels of a matrix. If there is only one row, its place stands for the
// other's too; a step of "" is the distance from row to row.
func eachRow(matrix reg.GPVirtual, panelStride string, rows reg.GPVirtual, step string, panels int, f func(j int, first, second Mem)) {
	at, gap, none := GP64(), GP64(), GP64()
	if step == "" {
		MOVQ(U32(row), gap)
	} else {
		gap = stride(step)
	}
	XORL(none.As32(), none.As32())
	CMPQ(rows, Imm(1))
	CMOVQEQ(none, gap)
	MOVQ(matrix, at)
	perPanel := row / set.vector
	for panel := range panels {
		if panel > 0 {
			ADDQ(stride(panelStride), at)
		}
		for j := range perPanel {
			disp := j * set.vector
			f(panel*perPanel+j, Mem{Base: at, Disp: disp}, Mem{Base: at, Index: gap, Scale: 1, Disp: disp})
		}
	}
}
