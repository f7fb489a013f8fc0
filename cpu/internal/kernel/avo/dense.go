//go:build generate

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tile is the number of rows that a dense kernel forms at a time: 4 rows of 16
// columns are 8 sums, as many as two multipliers with a latency of 4 keep busy.
const tile = 4

// denseForward writes the kernel of y = max(x·w + b, floor).
func denseForward() {
	TEXT("denseForward", NOSPLIT,
		"func(y, x []float32, xStride int, w []float32, in int, rows []uint32, b []float32, floor float32)")
	Doc("denseForward computes y = max(x·w + b, floor) in 16 columns of 4 rows at a time.")
	floor := scalar("floor")
	denseRows("y", "x", "w", "in", func(sum reg.VecVirtual, offset reg.GPVirtual, half int, to Mem) {
		VADDPS(Mem{Base: base("b"), Disp: vector * half}, sum, sum)
		VMAXPS(sum, floor, sum) // of a NaN and a number, the sum is kept
		VMOVUPS(sum, to)
	})
}

// denseMasked writes the kernel of dx = (dy·w) ⊙ (x > 0).
func denseMasked() {
	const notLessOrEqual = 0x16 // true of NaN too
	TEXT("denseMasked", NOSPLIT,
		"func(dx, dy []float32, dyStride int, w []float32, out int, rows []uint32, x []float32)")
	Doc("denseMasked computes dx = (dy·w) ⊙ (x > 0) in 16 columns of 4 rows at a time.")
	none := registers(1)
	zero(none)
	denseRows("dx", "dy", "w", "out", func(sum reg.VecVirtual, offset reg.GPVirtual, half int, to Mem) {
		mask := YMM()
		VMOVUPS(Mem{Base: base("x"), Index: offset, Scale: 1, Disp: vector * half}, mask)
		VCMPPS(Imm(notLessOrEqual), none[0], mask, mask)
		VANDPS(mask, sum, sum)
		VMOVUPS(sum, to)
	})
}

// denseRows forms a·b, where a lies in panels, and has store put out each half
// of a row.
func denseRows(out, a, b, inner string, store func(sum reg.VecVirtual, offset reg.GPVirtual, half int, to Mem)) {
	rows := base("rows")
	behind := end("rows", rows, 2)
	sums := registers(2 * tile)
	var from [tile]reg.GPVirtual
	for i := range from {
		from[i] = GP64()
	}
	JMP(LabelRef("more"))
	Label("rows")
	zero(sums)
	left := base(a)
	for i, f := range from {
		MOVL(Mem{Base: rows, Disp: 4 * i}, f.As32())
		ADDQ(left, f)
	}
	innerLoops(sums, from, a, b, inner)
	for i := range tile {
		offset := GP64()
		MOVL(Mem{Base: rows, Disp: 4 * i}, offset.As32())
		for half := range 2 {
			to := Mem{Base: base(out), Index: offset, Scale: 1, Disp: vector * half}
			store(sums[2*i+half], offset, half, to)
		}
	}
	ADDQ(Imm(4*tile), rows)
	Label("more")
	CMPQ(rows, behind)
	JLT(LabelRef("rows"))
	VZEROUPPER()
	RET()
}

// innerLoops adds up the products: along each panel of a, and panel by panel.
func innerLoops(sums []reg.VecVirtual, from [tile]reg.GPVirtual, a, b, inner string) {
	right, count := base(b), parameter(inner)
	column, columns := GP64(), GP64()
	Label("panel")
	MOVQ(U32(16), columns)
	CMPQ(count, columns)
	CMOVQLT(count, columns)
	SUBQ(columns, count)
	XORQ(column, column)
	Label("column")
	w := []reg.VecVirtual{YMM(), YMM()}
	for half := range w {
		VMOVUPS(Mem{Base: right, Disp: vector * half}, w[half])
	}
	for i, f := range from {
		v := broadcast(Mem{Base: f, Index: column, Scale: 4})
		for half := range w {
			VFMADD231PS(w[half], v, sums[2*i+half])
		}
	}
	ADDQ(Imm(row), right)
	INCQ(column)
	CMPQ(column, columns)
	JLT(LabelRef("column"))
	next := stride(a + "Stride")
	for _, f := range from {
		ADDQ(next, f)
	}
	TESTQ(count, count)
	JG(LabelRef("panel"))
}

// denseAdd writes the kernel of dw += alpha·xᵀ·dy.
func denseAdd() {
	TEXT("denseAdd", NOSPLIT, "func(dw, x, dy []float32, rows []uint32, alpha float32)")
	Doc("denseAdd computes dw += alpha·xᵀ·dy in 16 columns of dy and 4 columns of x.")
	dw, x, dy, rows := base("dw"), base("x"), base("dy"), base("rows")
	behind := end("rows", rows, 2)
	alpha := scalar("alpha")
	sums := registers(2 * tile)
	zero(sums)
	JMP(LabelRef("more"))
	Label("row")
	offset := GP64()
	MOVL(Mem{Base: rows}, offset.As32())
	d := []reg.VecVirtual{YMM(), YMM()}
	for half := range d {
		VMOVUPS(Mem{Base: dy, Index: offset, Scale: 1, Disp: vector * half}, d[half])
	}
	for i := range tile {
		v := broadcast(Mem{Base: x, Index: offset, Scale: 1, Disp: 4 * i})
		for half := range d {
			VFMADD231PS(d[half], v, sums[2*i+half])
		}
	}
	ADDQ(Imm(4), rows)
	Label("more")
	CMPQ(rows, behind)
	JLT(LabelRef("row"))
	for i, sum := range sums {
		to := Mem{Base: dw, Disp: vector * i}
		VFMADD213PS(to, alpha, sum)
		VMOVUPS(sum, to)
	}
	VZEROUPPER()
	RET()
}
