package cpu

import (
	"gonum.org/v1/gonum/blas"

	"mnistgpu/cpu/internal/kernel"
)

// multiplier is what multiplies the matrices: our kernels or a BLAS.
type multiplier struct {
	kernels *kernel.Set  // nil for a BLAS
	blas    blas.Float32 // nil for our kernels

	library string // of the BLAS
	core    string // processor that the library takes its kernels for, if it says so

	// setThreads is there if the library has threads of its own. They wait for
	// work as busily as ours do, and each would take the other's processor: a
	// step is faster by a tenth to a third if one thread does all but the
	// products.
	setThreads func(n int)
}

// Multiplier returns the name of what multiplies, as Options have it.
func (m multiplier) Multiplier() string {
	if m.kernels != nil {
		return m.kernels.Name
	}
	return m.library
}

// Caveat says why a comparison with this backend would be unfair to it, or "".
//
// OpenBLAS takes its kernels for Prescott, of 2004, on a processor that it does
// not know because it is newer.
func (m multiplier) Caveat() string {
	if m.core != "Prescott" || kernel.Sets()[0].Name == genericName {
		return ""
	}
	return "OpenBLAS does not know this processor and takes slow kernels; OPENBLAS_CORETYPE=SkylakeX (AVX-512) or Haswell (AVX2) names fast ones"
}
