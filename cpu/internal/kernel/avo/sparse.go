//go:build generate

package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sparse is a kernel that multiplies lists by a matrix, in one panel or in two
// adjacent ones. It takes several entries of a list at a time, each into sums of
// its own, since a sum alone would wait for each addition to end.
type sparse struct {
	panels, unroll int

	out           []Mem // of each half of the row that is formed
	matrix        []Mem // of each half of the first row
	spans, behind reg.GPVirtual
	sums          [][]reg.VecVirtual // of each unrolled entry
}

// sparseForward writes the kernel of y = max(x·w + b, floor).
func sparseForward(panels, unroll int) {
	TEXT(fmt.Sprintf("sparseForward%d", 16*panels), NOSPLIT,
		"func(y []float32, yStride int, w []float32, wStride int, x []Span, entries []Entry, b []float32, bStride int, floor float32)")
	Doc(fmt.Sprintf("sparseForward%d computes y = max(x·w + b, floor) in %d columns.", 16*panels, 16*panels))
	k := newSparse(panels, unroll, "y", "w")
	b, floor := k.places("b"), scalar("floor")
	k.eachRow(false, func(sums []reg.VecVirtual, out []Mem) {
		for j, sum := range sums {
			VADDPS(b[j], sum, sum)
			VMAXPS(sum, floor, sum) // of a NaN and a number, the sum is kept
			VMOVUPS(sum, out[j])
		}
	})
}

// sparseAdd writes the kernel of dw += alpha·x·dy.
func sparseAdd(panels, unroll int) {
	TEXT(fmt.Sprintf("sparseAdd%d", 16*panels), NOSPLIT,
		"func(dw []float32, dwStride int, dy []float32, dyStride int, x []Span, entries []Entry, alpha float32)")
	Doc(fmt.Sprintf("sparseAdd%d computes dw += alpha·x·dy in %d columns.", 16*panels, 16*panels))
	k := newSparse(panels, unroll, "dw", "dy")
	alpha := scalar("alpha")
	k.eachRow(true, func(sums []reg.VecVirtual, out []Mem) {
		for j, sum := range sums {
			VFMADD213PS(out[j], alpha, sum)
			VMOVUPS(sum, out[j])
		}
	})
}

// newSparse loads the parameters that both kernels have.
func newSparse(panels, unroll int, out, matrix string) *sparse {
	k := &sparse{panels: panels, unroll: unroll}
	k.out, k.matrix = k.places(out), k.places(matrix)
	k.spans = base("x")
	k.behind = end("x", k.spans, 3)
	for range unroll {
		k.sums = append(k.sums, registers(2*panels))
	}
	return k
}

// places names the first row of a matrix: both halves of it in each panel.
func (k *sparse) places(name string) []Mem {
	first := base(name)
	places := []Mem{{Base: first}, {Base: first, Disp: vector}}
	if k.panels == 2 {
		second := stride(name + "Stride")
		ADDQ(first, second)
		places = append(places, Mem{Base: second}, Mem{Base: second, Disp: vector})
	}
	return places
}

// eachRow forms the sums of each list and has store put them out. Rows of an
// empty list are left alone if skip is true.
func (k *sparse) eachRow(skip bool, store func(sums []reg.VecVirtual, out []Mem)) {
	entries := base("entries")
	e, last := GP64(), GP64()
	JMP(LabelRef("more"))
	Label("row")
	MOVL(Mem{Base: k.spans}, e.As32())
	MOVL(Mem{Base: k.spans, Disp: 4}, last.As32())
	if skip {
		CMPQ(e, last)
		JE(LabelRef("next"))
	}
	LEAQ(Mem{Base: entries, Index: e, Scale: 8}, e)
	LEAQ(Mem{Base: entries, Index: last, Scale: 8}, last)
	k.sum(e, last)
	store(k.sums[0], k.out)
	Label("next")
	for p := range k.panels {
		ADDQ(Imm(row), k.out[2*p].Base)
	}
	ADDQ(Imm(8), k.spans)
	Label("more")
	CMPQ(k.spans, k.behind)
	JLT(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// sum leaves the product of the entries from e to last in the first sums.
func (k *sparse) sum(e, last reg.GPVirtual) {
	for _, sums := range k.sums {
		zero(sums)
	}
	limit := GP64()
	LEAQ(Mem{Base: last, Disp: -8 * (k.unroll - 1)}, limit)
	JMP(LabelRef("several"))
	Label("unrolled")
	for i, sums := range k.sums {
		k.entry(Mem{Base: e, Disp: 8 * i}, sums)
	}
	ADDQ(Imm(uint64(8*k.unroll)), e)
	Label("several")
	CMPQ(e, limit)
	JLT(LabelRef("unrolled"))
	JMP(LabelRef("rest"))
	Label("single")
	k.entry(Mem{Base: e}, k.sums[0])
	ADDQ(Imm(8), e)
	Label("rest")
	CMPQ(e, last)
	JLT(LabelRef("single"))
	for n := k.unroll / 2; n > 0; n /= 2 {
		for i := range n {
			for j, sum := range k.sums[i] {
				VADDPS(k.sums[i+n][j], sum, sum)
			}
		}
	}
}

// entry adds an entry's value times its row of the matrix.
func (k *sparse) entry(at Mem, sums []reg.VecVirtual) {
	offset := GP64()
	MOVL(at, offset.As32())
	value := broadcast(at.Offset(4))
	for j, sum := range sums {
		VFMADD231PS(k.matrix[j].Idx(offset, 1), value, sum)
	}
}
