//go:build generate

package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sparse is a kernel that multiplies pairs of lists by some adjacent panels of a
// matrix. A row of the matrix that both rows of a pair ask for is loaded once for
// both. Whatever the number of panels, each sum is taken in the same order.
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
	zero(k.first, k.second)
	k.add(pair)
	k.put(out, start, rows, panels)
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

// skipEmpty goes on with the next pair if this one lists nothing, and nothing
// would be done to what is there: the rows start from themselves, without a floor.
func skipEmpty(pair reg.GPVirtual) {
	const noFloor = 0xff800000 // -∞
	count := GP32()
	MOVL(Mem{Base: pair, Disp: countOf(both)}, count)
	ORL(Mem{Base: pair, Disp: countOf(firstOnly)}, count)
	ORL(Mem{Base: pair, Disp: countOf(secondOnly)}, count)
	JNE(LabelRef("some"))
	CMPQ(parameter("startStep"), Imm(0))
	JE(LabelRef("some"))
	floor, err := Param("floor").Resolve()
	if err != nil {
		panic(err)
	}
	CMPL(floor.Addr, U32(noFloor))
	JE(LabelRef("next"))
	Label("some")
}

// places names a row of some adjacent panels, register by register. An address
// can hold a step of 1, 2, 4 or 8 times a register.
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

// add adds the products of the three lists of a pair. Columns of one row alone are
// taken in turn as long as there are some of both, since each sum alone would
// wait for every addition to end.
func (k *sparse) add(pair reg.GPVirtual) {
	i, end := GP64(), GP64()
	begin := func(list int) {
		XORL(i.As32(), i.As32())
		MOVL(Mem{Base: pair, Disp: countOf(list)}, end.As32())
	}
	loop := func(name string, body func()) {
		JMP(LabelRef(name + "More"))
		Label(name)
		body()
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

	begin(both)
	loop("both", func() {
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
	})
	begin(firstOnly)
	less := GP64()
	MOVL(Mem{Base: pair, Disp: countOf(secondOnly)}, less.As32())
	CMPQ(less, end)
	CMOVQLT(less, end)
	loop("each", func() { first(); second() })
	MOVL(Mem{Base: pair, Disp: countOf(firstOnly)}, end.As32())
	rest := GP64()
	MOVQ(i, rest)
	loop("first", first)
	MOVQ(rest, i)
	MOVL(Mem{Base: pair, Disp: countOf(secondOnly)}, end.As32())
	loop("second", second)
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

// put puts out both rows of a pair. If there is but one, it stands for the other
// too, and is stored last.
func (k *sparse) put(out, start, rows reg.GPVirtual, panels int) {
	gap, none, startGap := GP64(), GP64(), stride("startStep")
	MOVQ(U32(row), gap)
	XORL(none.As32(), none.As32())
	CMPQ(rows, Imm(1))
	CMOVQEQ(none, gap)
	ANDQ(gap, startGap)
	alpha, floor := scalar("alpha"), scalar("floor")
	to, from := GP64(), GP64()
	MOVQ(out, to)
	MOVQ(start, from)
	perPanel := row / set.vector
	for panel := range panels {
		if panel > 0 {
			ADDQ(stride("outStride"), to)
			ADDQ(stride("startStride"), from)
		}
		first, second := k.first[panel*perPanel:], k.second[panel*perPanel:]
		for j := range perPanel {
			disp := j * set.vector
			VFMADD213PS(Mem{Base: from, Index: startGap, Scale: 1, Disp: disp}, alpha, second[j])
			VFMADD213PS(Mem{Base: from, Disp: disp}, alpha, first[j])
			VMAXPS(second[j], floor, second[j]) // of a NaN and a number, the sum is kept
			VMAXPS(first[j], floor, first[j])
			VMOVUPS(second[j], Mem{Base: to, Index: gap, Scale: 1, Disp: disp})
			VMOVUPS(first[j], Mem{Base: to, Disp: disp})
		}
	}
}
