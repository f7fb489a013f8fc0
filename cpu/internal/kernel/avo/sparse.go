//go:build generate

package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sparse is a kernel that multiplies lists by some adjacent panels of a matrix. It
// takes the entries of a list by pairs, each of the two into sums of its own,
// since a sum alone would wait for each addition to end. That is so whatever the
// number of panels, and results do not depend on it.
type sparse struct {
	panels        int
	out, matrix   reg.GPVirtual // the row that is formed, and the first row
	steps         []Mem         // from a panel of the matrix to the others
	spans, behind reg.GPVirtual
	sums          [2][]reg.VecVirtual
}

// sparseForward writes the kernel of y = max(x·w + start, floor).
func sparseForward(panels int) {
	text(fmt.Sprint("sparseForward", panels),
		"y []float32, yStride int, w []float32, wStride int, x []Span, entries []Entry, start []float32, startStride, startStep int, floor float32)",
		"computes y = max(x·w + start, floor) in %d panels.", panels)
	k := newSparse(panels, "y", "w")
	start, floor := base("start"), scalar("floor")
	k.eachRow("y", func(e, last reg.GPVirtual) {
		walk(start, panels, "startStride", func(j int, piece Mem) { VMOVUPS(piece, k.sums[0][j]) })
		zero(k.sums[1:]...)
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
		zero(k.sums[:]...)
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

// walk goes along a row of some adjacent panels, register by register.
func walk(first reg.GPVirtual, panels int, name string, at func(j int, piece Mem)) {
	p, step, j := first, reg.GPVirtual(nil), 0
	for panel := range panels {
		if panel == 1 {
			step, p = stride(name), GP64()
			LEAQ(Mem{Base: first, Index: step, Scale: 1}, p)
		} else if panel > 1 {
			ADDQ(step, p)
		}
		for _, piece := range pieces(Mem{Base: p}) {
			at(j, piece)
			j++
		}
	}
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
	walk(k.out, k.panels, out+"Stride", func(j int, piece Mem) { store(k.sums[0][j], piece) })
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
	SUBQ(Imm(8), last)
	JMP(LabelRef("pairs"))
	Label("pair")
	k.entry(Mem{Base: e}, k.sums[0])
	k.entry(Mem{Base: e, Disp: 8}, k.sums[1])
	ADDQ(Imm(16), e)
	Label("pairs")
	CMPQ(e, last)
	JLT(LabelRef("pair"))
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
