//go:build generate

// Command avo writes the kernels of package kernel for one instruction set: the
// assembly and the Go declarations that go with it. Run it with go generate. A build
// tag keeps its dependencies out of ordinary builds.
//
// The kernels of products form rows of 16 columns, the width of a panel, in registers:
// two of AVX2 or one of AVX-512. The order of each sum depends only on the lists.
package main

import (
	"fmt"
	"os"
	"slices"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const (
	row      = 64 // bytes of a panel's row
	rowShift = 6
)

// instructions is an instruction set, and how much of a product its registers
// hold.
type instructions struct {
	name   string
	vector int // bytes of a register

	panels  int // most that a sparse kernel forms at a time
	tile    int // rows that a dense kernel forms at a time
	columns int // of x that denseAdd takes at a time

	listPair func()
}

// set is the instruction set to write for. AVX2 has 16 registers and AVX-512 has 32;
// two multipliers with a latency of 4 cycles need at least 8 sums.
var set instructions

func main() {
	name := os.Args[len(os.Args)-1] // avo parses the flags later, in Generate
	for _, set = range []instructions{
		{name: "AVX2", vector: 32, panels: 2, tile: 4, columns: 4, listPair: listPairAVX2},
		{name: "AVX512", vector: 64, panels: 4, tile: 8, columns: 16, listPair: listPairAVX512},
	} {
		if set.name == name {
			write()
			return
		}
	}
	panic("avo: no such instruction set")
}

func write() {
	Package("mnistgpu/cpu/internal/kernel")
	fetch()
	set.listPair()
	transposeBytes()
	for panels := 1; panels <= set.panels; panels++ {
		multiplyPairs(panels)
	}
	denseForward()
	denseMasked()
	denseAdd()
	momentum()
	adam()
	Generate()
}

// text begins a function whose name ends in that of the instruction set.
func text(name, signature, doc string, args ...any) {
	TEXT(name+set.name, NOSPLIT, "func("+signature)
	Doc(name + set.name + " " + fmt.Sprintf(doc, args...))
}

// parameter loads a parameter, and base the address of a slice's first element.
func parameter(name string) reg.GPVirtual {
	return Load(Param(name), GP64()).(reg.GPVirtual)
}

func base(name string) reg.GPVirtual {
	return Load(Param(name).Base(), GP64()).(reg.GPVirtual)
}

// stride loads a distance in floats as one in bytes.
func stride(name string) reg.GPVirtual {
	bytes := parameter(name)
	SHLQ(Imm(2), bytes)
	return bytes
}

// end returns the address just behind a slice's elements of 1<<shift bytes.
func end(name string, first reg.GPVirtual, shift uint64) reg.GPVirtual {
	behind := Load(Param(name).Len(), GP64()).(reg.GPVirtual)
	SHLQ(Imm(shift), behind)
	ADDQ(first, behind)
	return behind
}

// pieces cuts a panel's row into pieces of one register each.
func pieces(at Mem) []Mem {
	var places []Mem
	for disp := 0; disp < row; disp += set.vector {
		places = append(places, at.Offset(disp))
	}
	return places
}

// register returns a new register, and registers n of them; zero clears them.
func register() reg.VecVirtual {
	if set.vector == 64 {
		return ZMM()
	}
	return YMM()
}

func registers(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = register()
	}
	return v
}

func zero(all ...[]reg.VecVirtual) {
	for _, r := range slices.Concat(all...) {
		if set.vector == 64 {
			VPXORD(r, r, r)
		} else {
			VXORPS(r, r, r)
		}
	}
}

// broadcast loads a number into every element of a register.
func broadcast(at Mem) reg.VecVirtual {
	v := register()
	VBROADCASTSS(at, v)
	return v
}

func scalar(name string) reg.VecVirtual { return broadcast(address(name)) }

// address returns the memory operand of a parameter.
func address(name string) Mem {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}
