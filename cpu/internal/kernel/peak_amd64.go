package kernel

import "golang.org/x/sys/cpu"

// fmaAVX2 multiplies and adds in 12 registers of 8 floats.
//
//go:noescape
func fmaAVX2(iterations int)

// fmaAVX512 multiplies and adds in 12 registers of 16 floats.
//
//go:noescape
func fmaAVX512(iterations int)

// fmaLoops returns the loops that the processor can run, by the name of the set with
// the same vectors. Twelve registers are more than it takes to keep the two units of a
// core busy while each result waits for four or five cycles.
func fmaLoops() map[string]*FMALoop {
	loops := map[string]*FMALoop{}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		loops["avx2"] = &FMALoop{fmaAVX2, 12 * 8 * 2}
	}
	if cpu.X86.HasAVX512F {
		loops["avx512"] = &FMALoop{fmaAVX512, 12 * 16 * 2}
	}
	return loops
}
