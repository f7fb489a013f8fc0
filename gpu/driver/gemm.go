//go:build cuda && linux

package driver

// #include <cublas_v2.h>
import "C"

import (
	"cmp"
	"unsafe"

	"gonum.org/v1/gonum/blas"
	"gorgonia.org/cu"
)

// Precision is the arithmetic of a matrix product. With all of them the result is
// float32 in memory and sums are computed in float32. The factors are float32 in memory
// too, except with FP16.
type Precision uint8

const (
	// FP32 multiplies the factors as they are.
	FP32 Precision = iota
	// TF32 lets cuBLAS round the factors to 10 bits of fraction.
	TF32
	// BF16 lets cuBLAS round the factors to 7 bits of fraction.
	BF16
	// FP16 takes factors that are float16 in memory, as they are.
	FP16
)

// Gemm computes the matrix product
//
//	C = alpha · op(A)·op(B) + beta · C
//
// of row-major matrices op(A) (m, k), op(B) (k, n) and C (m, n), after all work before
// it. If transA is true, op(A) is the transpose of A, which is stored as (k, m);
// likewise transB and B. The starts of consecutive rows are lda, ldb and ldc elements
// apart. If beta is 0, C is not read. Gemm waits only while much work is queued, and it
// can be recorded.
//
// cuBLAS is column-major: it sees each row-major matrix as its transpose. So it is
// asked for
//
//	Cᵀ = alpha · op(B)ᵀ·op(A)ᵀ + beta · Cᵀ
//
// which swaps the operands, and m and n, and leaves everything else unchanged.
func (d *Device) Gemm(p Precision, transA, transB bool, m, n, k int, alpha float32,
	a Ptr, lda int, b Ptr, ldb int, beta float32, c Ptr, ldc int) error {
	if d.err != nil {
		return d.err
	}
	var err error
	if p == FP32 {
		d.blas.Sgemm(transpose(transB), transpose(transA), n, m, k,
			alpha, b.floats(), ldb, a.floats(), lda, beta, c.floats(), ldc)
		err = d.status("cublasSgemm", d.blas.Err())
	} else {
		err = d.gemmEx(p, transA, transB, m, n, k, unsafe.Pointer(&alpha), a, lda, b, ldb, unsafe.Pointer(&beta), c, ldc)
	}
	if err != nil {
		return err
	}
	return d.launched(1)
}

// gemmEx is Gemm with factors that are not float32 or are rounded, and with alpha and
// beta wherever the pointer mode says that they are.
func (d *Device) gemmEx(p Precision, transA, transB bool, m, n, k int, alpha unsafe.Pointer,
	a Ptr, lda int, b Ptr, ldb int, beta unsafe.Pointer, c Ptr, ldc int) error {
	factor, compute := p.cublas()
	return d.blasCheck("cublasGemmEx", C.cublasGemmEx(d.handle(), operation(transB), operation(transA),
		C.int(n), C.int(m), C.int(k), alpha,
		b.pointer(), factor, C.int(ldb), a.pointer(), factor, C.int(lda), beta,
		c.pointer(), C.CUDA_R_32F, C.int(ldc), compute, C.CUBLAS_GEMM_DEFAULT))
}

// cublas returns p in terms of cuBLAS: the type of the factors in memory, and how they
// are multiplied.
func (p Precision) cublas() (C.cudaDataType, C.cublasComputeType_t) {
	switch p {
	case TF32:
		return C.CUDA_R_32F, C.CUBLAS_COMPUTE_32F_FAST_TF32
	case BF16:
		return C.CUDA_R_32F, C.CUBLAS_COMPUTE_32F_FAST_16BF
	case FP16:
		return C.CUDA_R_16F, C.CUBLAS_COMPUTE_32F
	}
	return C.CUDA_R_32F, C.CUBLAS_COMPUTE_32F
}

// openBLAS makes a cuBLAS handle that works on the device's stream, in a workspace of
// its own: as that has a fixed size, results do not depend on what else runs, and
// recording allocates nothing.
func (d *Device) openBLAS() error {
	size := d.workspaceSize()
	workspace, err := cu.MemAlloc(int64(size))
	if err := d.result("cuMemAlloc", err); err != nil {
		return err
	}
	d.undo = append(d.undo, func() error { return d.result("cuMemFree", cu.MemFree(workspace)) })
	if err := d.status("cublasCreate", d.blas.Init()); err != nil {
		return err
	}
	d.undo = append(d.undo, func() error { return d.status("cublasDestroy", d.blas.Close()) })
	stream := C.cudaStream_t(unsafe.Pointer(d.stream.C()))
	if err := d.blasCheck("cublasSetStream", C.cublasSetStream(d.handle(), stream)); err != nil {
		return err
	}
	code := C.cublasSetWorkspace(d.handle(), Ptr(workspace).pointer(), C.size_t(size))
	if err := d.blasCheck("cublasSetWorkspace", code); err != nil {
		return err
	}
	return d.blasCheck("cublasSetMathMode", C.cublasSetMathMode(d.handle(), C.CUBLAS_DEFAULT_MATH))
}

// workspaceSize is what NVIDIA recommends, in bytes.
func (d *Device) workspaceSize() int {
	if d.info.ComputeMajor >= 9 {
		return 32 << 20
	}
	return 4 << 20
}

// handle is the first field of gorgonia.org/cu/blas.Standard.
func (d *Device) handle() C.cublasHandle_t {
	return *(*C.cublasHandle_t)(unsafe.Pointer(&d.blas))
}

// status turns what gorgonia.org/cu/blas returned for a call into an error.
func (d *Device) status(call string, err error) error {
	return d.keepBLAS(blasError(call, codeOf(err)))
}

// blasCheck turns what a cuBLAS call returned into an error.
func (d *Device) blasCheck(call string, code C.cublasStatus_t) error {
	return d.keepBLAS(blasError(call, int(code)))
}

// keepBLAS remembers the first error of any kind, because after it gorgonia.org/cu/blas
// silently does nothing.
func (d *Device) keepBLAS(err error) error {
	d.err = cmp.Or(d.err, d.keep(err))
	return err
}

func transpose(t bool) blas.Transpose {
	if t {
		return blas.Trans
	}
	return blas.NoTrans
}

func operation(t bool) C.cublasOperation_t {
	if t {
		return C.CUBLAS_OP_T
	}
	return C.CUBLAS_OP_N
}

// pointer returns p as a C pointer. It must not be dereferenced.
func (p Ptr) pointer() unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

// floats returns p as gorgonia.org/cu/blas takes it: a slice whose elements the host
// must not touch.
func (p Ptr) floats() []float32 { return unsafe.Slice((*float32)(p.pointer()), 1) }
