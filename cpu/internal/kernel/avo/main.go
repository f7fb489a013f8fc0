//go:build generate

// Command avo writes the AVX2 kernels of package kernel: the assembly and the Go
// declarations that go with it. Run it by go generate. A build tag keeps its
// dependencies away from those who only build the program.
//
// Every kernel forms rows of 16 columns, a panel's width, in registers. Each
// sum is taken in an order that depends on the lists alone.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const (
	vector = 32         // bytes of a register
	row    = 2 * vector // bytes of a panel's row
)

func main() {
	Package("mnistgpu/cpu/internal/kernel")
	listBytes()
	sparseForward(1, 4)
	sparseForward(2, 2)
	sparseAdd(1, 4)
	sparseAdd(2, 2)
	denseForward()
	denseMasked()
	denseAdd()
	Generate()
}

// parameter loads a parameter, or the address of a slice's first element.
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

// end returns the address behind a slice's elements of 1<<shift bytes.
func end(name string, first reg.GPVirtual, shift uint64) reg.GPVirtual {
	behind := Load(Param(name).Len(), GP64()).(reg.GPVirtual)
	SHLQ(Imm(shift), behind)
	ADDQ(first, behind)
	return behind
}

// broadcast loads a number into every element of a register.
func broadcast(at Mem) reg.VecVirtual {
	v := YMM()
	VBROADCASTSS(at, v)
	return v
}

func scalar(name string) reg.VecVirtual {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return broadcast(p.Addr)
}

// registers returns n new registers; zero clears them.
func registers(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = YMM()
	}
	return v
}

func zero(v []reg.VecVirtual) {
	for _, r := range v {
		VXORPS(r, r, r)
	}
}
