//go:build generate

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// store writes out a piece of a row. The row begins at the offset in a panel.
type store func(sum reg.VecVirtual, offset reg.GPVirtual, disp int, to Mem)

// denseForward writes the kernel of y = max(x·w + b, floor).
func denseForward() {
	text("denseForward", "y, x []float32, xStride int, w []float32, in int, rows []uint32, b []float32, floor float32)",
		"computes y = max(x·w + b, floor) in 16 columns of %d rows at a time.", set.tile)
	floor := scalar("floor")
	denseRows("y", "x", "w", "in", func(sum reg.VecVirtual, offset reg.GPVirtual, disp int, to Mem) {
		VADDPS(Mem{Base: base("b"), Disp: disp}, sum, sum)
		VMAXPS(sum, floor, sum) // keeps a sum that is NaN
		VMOVUPS(sum, to)
	})
}

// denseMasked writes the kernel of dx = (dy·w) ⊙ (x > 0).
func denseMasked() {
	const notLessOrEqual = 0x16 // true of NaN too
	text("denseMasked", "dx, dy []float32, dyStride int, w []float32, out int, rows []uint32, x []float32)",
		"computes dx = (dy·w) ⊙ (x > 0) in 16 columns of %d rows at a time.", set.tile)
	none := registers(1)
	zero(none)
	denseRows("dx", "dy", "w", "out", func(sum reg.VecVirtual, offset reg.GPVirtual, disp int, to Mem) {
		x := register()
		VMOVUPS(Mem{Base: base("x"), Index: offset, Scale: 1, Disp: disp}, x)
		if set.vector == 64 {
			mask := K()
			VCMPPS(Imm(notLessOrEqual), none[0], x, mask)
			VMOVUPS_Z(sum, mask, sum)
		} else {
			VCMPPS(Imm(notLessOrEqual), none[0], x, x)
			VANDPS(x, sum, sum)
		}
		VMOVUPS(sum, to)
	})
}

// denseRows computes a·b, where a is stored in panels, and calls put with each piece of
// a row.
func denseRows(out, a, b, inner string, put store) {
	rows := base("rows")
	behind := end("rows", rows, 2)
	sums := make([][]reg.VecVirtual, set.tile)
	for i := range sums {
		sums[i] = registers(row / set.vector)
	}
	JMP(LabelRef("more"))
	Label("rows")
	for _, s := range sums {
		zero(s)
	}
	innerLoops(sums, rows, a, b, inner)
	for i, s := range sums {
		offset := GP64()
		MOVL(Mem{Base: rows, Disp: 4 * i}, offset.As32())
		for j, to := range pieces(Mem{Base: base(out), Index: offset, Scale: 1}) {
			put(s[j], offset, j*set.vector, to)
		}
	}
	ADDQ(Imm(uint64(4*set.tile)), rows)
	Label("more")
	CMPQ(rows, behind)
	JLT(LabelRef("rows"))
	VZEROUPPER()
	RET()
}

// innerLoops adds up the products, along each panel of a and panel by panel. The
// register left moves along a panel, and each row of a has a fixed offset from it.
func innerLoops(sums [][]reg.VecVirtual, rows reg.GPVirtual, a, b, inner string) {
	left, right, count := base(a), base(b), parameter(inner)
	from := make([]reg.GPVirtual, len(sums))
	for i := range from {
		from[i] = GP64()
		MOVL(Mem{Base: rows, Disp: 4 * i}, from[i].As32())
	}
	Label("panel")
	columns := GP64()
	MOVQ(U32(16), columns)
	CMPQ(count, columns)
	CMOVQLT(count, columns)
	SUBQ(columns, count)
	SHLQ(Imm(2), columns)
	ADDQ(left, columns)
	Label("column")
	w := registers(row / set.vector)
	for j, at := range pieces(Mem{Base: right}) {
		VMOVUPS(at, w[j])
	}
	for i, f := range from {
		multiply(Mem{Base: left, Index: f, Scale: 1}, w, sums[i])
	}
	ADDQ(Imm(row), right)
	ADDQ(Imm(4), left)
	CMPQ(left, columns)
	JLT(LabelRef("column"))
	next := stride(a + "Stride")
	ADDQ(next, left)
	SUBQ(Imm(row), left)
	TESTQ(count, count)
	JG(LabelRef("panel"))
}

// multiply adds a number times the pieces of a row to sums.
func multiply(number Mem, pieces, sums []reg.VecVirtual) {
	if len(pieces) == 1 {
		VFMADD231PS_BCST(number, pieces[0], sums[0])
		return
	}
	v := broadcast(number)
	for j, piece := range pieces {
		VFMADD231PS(piece, v, sums[j])
	}
}

// denseAdd writes the kernel of dw += alpha·xᵀ·dy. There may be fewer rows of dw than
// columns of x; the sums for the other columns are dropped.
func denseAdd() {
	text("denseAdd", "dw, x, dy []float32, rows []uint32, alpha float32)",
		"computes dw += alpha·xᵀ·dy in 16 columns of dy and up to %d columns of x.", set.columns)
	dw, x, dy, rows := base("dw"), base("x"), base("dy"), base("rows")
	behind := end("rows", rows, 2)
	sums := make([][]reg.VecVirtual, set.columns)
	for i := range sums {
		sums[i] = registers(row / set.vector)
		zero(sums[i])
	}
	JMP(LabelRef("more"))
	Label("row")
	offset := GP64()
	MOVL(Mem{Base: rows}, offset.As32())
	d := registers(row / set.vector)
	for j, at := range pieces(Mem{Base: dy, Index: offset, Scale: 1}) {
		VMOVUPS(at, d[j])
	}
	for i := range sums {
		multiply(Mem{Base: x, Index: offset, Scale: 1, Disp: 4 * i}, d, sums[i])
	}
	ADDQ(Imm(4), rows)
	Label("more")
	CMPQ(rows, behind)
	JLT(LabelRef("row"))
	addRows(dw, sums)
	VZEROUPPER()
	RET()
}

// addRows adds alpha times the sums to as many rows as dw has.
func addRows(dw reg.GPVirtual, sums [][]reg.VecVirtual) {
	alpha, behind := scalar("alpha"), end("dw", dw, 2)
	for _, s := range sums {
		CMPQ(dw, behind)
		JGE(LabelRef("done"))
		for j, to := range pieces(Mem{Base: dw}) {
			VFMADD213PS(to, alpha, s[j])
			VMOVUPS(s[j], to)
		}
		ADDQ(Imm(row), dw)
	}
	Label("done")
}
