//go:build openblas

// Package openblas lets OpenBLAS multiply for the CPU backend, so that benchmarks can
// compare them. It needs a C compiler, OpenBLAS (libopenblas-dev in Debian), and the
// build tag openblas, without which the project needs neither.
package openblas

// #cgo LDFLAGS: -lopenblas
// #include <cblas.h>
import "C"

import (
	"errors"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
)

// Open returns a CPU backend whose products, and the sums for the biases, OpenBLAS
// computes on the given number of threads.
//
// One thread does everything else. The threads of OpenBLAS spin while they wait for work,
// as those of the backend do, and the two would take processors from each other.
//
// It is an error if OpenBLAS does not know the processor: it then takes kernels of 2004,
// which would be an unfair comparison.
func Open(threads int) (backend.Backend, error) {
	core := C.GoString(C.openblas_get_corename())
	if core == "Prescott" {
		return nil, errors.New("OpenBLAS does not know this processor: set OPENBLAS_CORETYPE to SkylakeX (AVX-512) or Haswell (AVX2)")
	}
	C.openblas_set_num_threads(C.int(threads))
	return cpu.Open(cpu.Options{Kernels: "openblas " + core, BLAS: library{}, Threads: 1})
}

// library calls OpenBLAS for what the backend uses, and gonum for the rest of the
// interface. All its users share its threads.
type library struct{ gonum.Implementation }

// Sgemm computes C = alpha * A * B + beta * C, where A and B may be transposed.
func (library) Sgemm(ta, tb blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	C.cblas_sgemm(C.CblasRowMajor, transposed(ta), transposed(tb), C.blasint(m), C.blasint(n), C.blasint(k),
		C.float(alpha), pointer(a), C.blasint(lda), pointer(b), C.blasint(ldb), C.float(beta), pointer(c), C.blasint(ldc))
}

// Sgemv computes y = alpha * A * x + beta * y, where A may be transposed.
func (library) Sgemv(ta blas.Transpose, m, n int, alpha float32, a []float32, lda int, x []float32, incX int, beta float32, y []float32, incY int) {
	C.cblas_sgemv(C.CblasRowMajor, transposed(ta), C.blasint(m), C.blasint(n),
		C.float(alpha), pointer(a), C.blasint(lda), pointer(x), C.blasint(incX), C.float(beta), pointer(y), C.blasint(incY))
}

// Saxpy computes y += alpha * x.
func (library) Saxpy(n int, alpha float32, x []float32, incX int, y []float32, incY int) {
	C.cblas_saxpy(C.blasint(n), C.float(alpha), pointer(x), C.blasint(incX), pointer(y), C.blasint(incY))
}

// Sscal computes x = alpha * x.
func (library) Sscal(n int, alpha float32, x []float32, incX int) {
	C.cblas_sscal(C.blasint(n), C.float(alpha), pointer(x), C.blasint(incX))
}

func transposed(t blas.Transpose) C.enum_CBLAS_TRANSPOSE {
	if t == blas.NoTrans {
		return C.CblasNoTrans
	}
	return C.CblasTrans
}

func pointer(x []float32) *C.float { return (*C.float)(&x[0]) }
