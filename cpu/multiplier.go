package cpu

import (
	"gonum.org/v1/gonum/blas"

	"mnistgpu/cpu/internal/kernel"
)

// multiplier is what multiplies the matrices: a set of kernels or a BLAS.
type multiplier struct {
	kernels *kernel.Set  // nil for a BLAS
	blas    blas.Float32 // nil for a set of kernels

	library string // of the BLAS
	core    string // processor whose kernels the library uses, if it says so

	// setThreads is set if the library has its own threads. They spin for work, as the
	// pool's do, and the two would take processors from each other: a step is faster
	// by a tenth to a third if one thread does everything but the products.
	setThreads func(n int)
}

// Multiplier returns the name of the kernels or the BLAS, as in [Options].
func (m multiplier) Multiplier() string {
	if m.kernels != nil {
		return m.kernels.Name
	}
	return m.library
}

// Caveat says why a comparison with this backend would be unfair to it, or "".
//
// On a processor that is too new for it to know, OpenBLAS uses its kernels for the
// Prescott of 2004.
func (m multiplier) Caveat() string {
	if m.core != "Prescott" || kernel.Sets()[0].Name == genericName {
		return ""
	}
	return "OpenBLAS does not know this processor and takes slow kernels; OPENBLAS_CORETYPE=SkylakeX (AVX-512) or Haswell (AVX2) names fast ones"
}
