//go:build generate

package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// unroll is the number of entries that a sparse kernel takes at a time, each
// into sums of its own, since a sum alone would wait for each addition to end.
// It is the same whatever the number of panels, and so are the results.
const unroll = 2

// sparse is a kernel that multiplies lists by some adjacent panels of a matrix.
type sparse struct {
	panels        int
	out, matrix   reg.GPVirtual // the row that is formed, and the first row
	steps         []Mem         // from a panel of the matrix to the others
	spans, behind reg.GPVirtual
	sums          [unroll][]reg.VecVirtual
}

// sparseForward writes the kernel of y = max(x·w + start, floor).
func sparseForward(panels int) {
	text(fmt.Sprint("sparseForward", panels),
		"y []float32, yStride int, w []float32, wStride int, x []Span, entries []Entry, start []float32, startStride, startStep int, floor float32)",
		"computes y = max(x·w + start, floor) in %d panels.", panels)
	k := newSparse(panels, "y", "w")
	start, floor := base("start"), scalar("floor")
	k.eachRow("y", func(e, last reg.GPVirtual) {
		for j, at := range places(start, panels, "startStride") {
			VMOVUPS(at, k.sums[0][j])
		}
		zero(k.sums[1])
		ADDQ(stride("startStep"), start)
		k.sum(e, last)
	}, func(sum reg.VecVirtual, out Mem) {
		VMAXPS(sum, floor, sum) // of a NaN and a number, the sum is kept
		VMOVUPS(sum, out)
	})
}

// sparseAdd writes the kernel of dw += alpha·x·dy.
func sparseAdd(panels int) {
	text(fmt.Sprint("sparseAdd", panels),
		"dw []float32, dwStride int, dy []float32, dyStride int, x []Span, entries []Entry, alpha float32)",
		"computes dw += alpha·x·dy in %d panels.", panels)
	k := newSparse(panels, "dw", "dy")
	alpha := scalar("alpha")
	k.eachRow("dw", func(e, last reg.GPVirtual) {
		CMPQ(e, last)
		JE(LabelRef("next"))
		zero(k.sums[0])
		zero(k.sums[1])
		k.sum(e, last)
	}, func(sum reg.VecVirtual, out Mem) {
		VFMADD213PS(out, alpha, sum)
		VMOVUPS(sum, out)
	})
}

// newSparse loads the parameters that both kernels have.
func newSparse(panels int, out, matrix string) *sparse {
	k := &sparse{panels: panels, out: base(out), matrix: base(matrix), spans: base("x")}
	k.behind = end("x", k.spans, 3)
	k.steps = places(k.matrix, panels, matrix+"Stride")
	for i := range k.sums {
		k.sums[i] = registers(len(k.steps))
	}
	return k
}

// places names a row of some adjacent panels, register by register.
func places(first reg.GPVirtual, panels int, name string) []Mem {
	all := pieces(Mem{Base: first})
	if panels > 1 {
		step := stride(name)
		all = append(all, pieces(Mem{Base: first, Index: step, Scale: 1})...)
		if panels > 2 {
			all = append(all, pieces(Mem{Base: first, Index: step, Scale: 2})...)
		}
		if panels > 3 {
			thrice := GP64()
			LEAQ(Mem{Base: step, Index: step, Scale: 2}, thrice)
			all = append(all, pieces(Mem{Base: first, Index: thrice, Scale: 1})...)
		}
	}
	return all
}

// eachRow has form make the sums of each list, unless it jumps to next, and
// store put them out.
func (k *sparse) eachRow(out string, form func(e, last reg.GPVirtual), store func(sum reg.VecVirtual, out Mem)) {
	entries := base("entries")
	e, last := GP64(), GP64()
	JMP(LabelRef("more"))
	Label("row")
	MOVL(Mem{Base: k.spans}, e.As32())
	MOVL(Mem{Base: k.spans, Disp: 4}, last.As32())
	LEAQ(Mem{Base: entries, Index: e, Scale: 8}, e)
	LEAQ(Mem{Base: entries, Index: last, Scale: 8}, last)
	form(e, last)
	for j, at := range places(k.out, k.panels, out+"Stride") {
		store(k.sums[0][j], at)
	}
	Label("next")
	ADDQ(Imm(row), k.out)
	ADDQ(Imm(8), k.spans)
	Label("more")
	CMPQ(k.spans, k.behind)
	JLT(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// sum adds the product of the entries from e to last to the first sums.
func (k *sparse) sum(e, last reg.GPVirtual) {
	SUBQ(Imm(8*(unroll-1)), last)
	JMP(LabelRef("several"))
	Label("unrolled")
	for i, sums := range k.sums {
		k.entry(Mem{Base: e, Disp: 8 * i}, sums)
	}
	ADDQ(Imm(8*unroll), e)
	Label("several")
	CMPQ(e, last)
	JLT(LabelRef("unrolled"))
	JNE(LabelRef("even"))
	k.entry(Mem{Base: e}, k.sums[0])
	Label("even")
	for j, sum := range k.sums[0] {
		VADDPS(k.sums[1][j], sum, sum)
	}
}

// entry adds an entry's value times its row of the matrix.
func (k *sparse) entry(at Mem, sums []reg.VecVirtual) {
	place := GP64()
	MOVL(at, place.As32())
	ADDQ(k.matrix, place)
	value := broadcast(at.Offset(4))
	for j, sum := range sums {
		from := k.steps[j]
		from.Base = place
		VFMADD231PS(from, value, sum)
	}
}
