package products

import "golang.org/x/sys/cpu"

// fmaAVX2 multiplies and adds in 12 registers of 8 floats.
//
//go:noescape
func fmaAVX2(iterations int)

// fmaAVX512 multiplies and adds in 12 registers of 16 floats.
//
//go:noescape
func fmaAVX512(iterations int)

// fmaLoops returns the loops that the processor can run, the widest vectors first. Twelve
// registers are more than it takes to keep the two units of a core busy while each result
// waits for four or five cycles.
func fmaLoops() []fmaLoop {
	var loops []fmaLoop
	if cpu.X86.HasAVX512F {
		loops = append(loops, fmaLoop{"avx512", fmaAVX512, 12 * 16 * 2})
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		loops = append(loops, fmaLoop{"avx2", fmaAVX2, 12 * 8 * 2})
	}
	return loops
}
