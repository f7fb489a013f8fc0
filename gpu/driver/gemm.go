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

// A Product is the matrix product
//
//	C = alpha · op(A)·op(B) + beta · C
//
// of row-major matrices op(A) (M, K), op(B) (K, N) and C (M, N).
type Product struct {
	Precision Precision
	M, N, K   int

	// TransA says that op(A) is the transpose of A, which is stored as (K, M); likewise
	// TransB and B.
	TransA, TransB bool

	A, B, C Ptr

	// How many elements the starts of consecutive rows are apart, or 0 if there are no
	// gaps. C has none.
	LDA, LDB int

	// Accumulate says that beta is 1, and otherwise C is not read; alpha is 1.
	Accumulate bool

	// Scales, unless it is 0, is where alpha and beta are instead: two float32 numbers in
	// the device's memory, which are read when the product runs. A recorded product may
	// find other values each time.
	Scales Ptr
}

// Multiply computes p, after all work before it. It waits only while much work is queued,
// and it can be recorded.
//
// cuBLAS is column-major: it sees each row-major matrix as its transpose. So it is
// asked for
//
//	Cᵀ = alpha · op(B)ᵀ·op(A)ᵀ + beta · Cᵀ
//
// which swaps the operands, and M and N, and leaves everything else unchanged.
func (d *Device) Multiply(p Product) error {
	if d.err != nil {
		return d.err
	}
	alpha, beta := float32(1), float32(0)
	if p.Accumulate {
		beta = 1
	}
	var err error
	switch lda, ldb := p.distances(); {
	case p.Scales != 0:
		err = d.multiplyScaled(p)
	case p.Precision == FP32:
		d.blas.Sgemm(transpose(p.TransB), transpose(p.TransA), p.N, p.M, p.K,
			alpha, p.B.floats(), ldb, p.A.floats(), lda, beta, p.C.floats(), p.N)
		err = d.status("cublasSgemm", d.blas.Err())
	default:
		err = d.gemmEx(p, unsafe.Pointer(&alpha), unsafe.Pointer(&beta))
	}
	if err != nil {
		return err
	}
	return d.launched(1)
}

// multiplyScaled computes a product that has Scales.
func (d *Device) multiplyScaled(p Product) error {
	if err := d.pointerMode(C.CUBLAS_POINTER_MODE_DEVICE); err != nil {
		return err
	}
	alpha, beta := p.Scales.pointer(), (p.Scales + 4).pointer()
	var err error
	if p.Precision == FP32 {
		lda, ldb := p.distances()
		err = d.blasCheck("cublasSgemm", C.cublasSgemm(d.handle(), operation(p.TransB), operation(p.TransA),
			C.int(p.N), C.int(p.M), C.int(p.K), (*C.float)(alpha),
			(*C.float)(p.B.pointer()), C.int(ldb), (*C.float)(p.A.pointer()), C.int(lda), (*C.float)(beta),
			(*C.float)(p.C.pointer()), C.int(p.N)))
	} else {
		err = d.gemmEx(p, alpha, beta)
	}
	if err != nil {
		return err
	}
	return d.pointerMode(C.CUBLAS_POINTER_MODE_HOST)
}

// pointerMode sets where cuBLAS finds the scalars of a product.
func (d *Device) pointerMode(mode C.cublasPointerMode_t) error {
	return d.blasCheck("cublasSetPointerMode", C.cublasSetPointerMode(d.handle(), mode))
}

// gemmEx computes a product whose factors are not float32 or are rounded, with alpha and
// beta wherever the pointer mode says that they are.
func (d *Device) gemmEx(p Product, alpha, beta unsafe.Pointer) error {
	lda, ldb := p.distances()
	factor, compute := p.Precision.cublas()
	return d.blasCheck("cublasGemmEx", C.cublasGemmEx(d.handle(), operation(p.TransB), operation(p.TransA),
		C.int(p.N), C.int(p.M), C.int(p.K), alpha,
		p.B.pointer(), factor, C.int(ldb), p.A.pointer(), factor, C.int(lda), beta,
		p.C.pointer(), C.CUDA_R_32F, C.int(p.N), compute, C.CUBLAS_GEMM_DEFAULT))
}

// distances returns LDA and LDB, or the lengths of rows without gaps.
func (p Product) distances() (lda, ldb int) {
	lda, ldb = p.K, p.N
	if p.TransA {
		lda = p.M
	}
	if p.TransB {
		ldb = p.K
	}
	return cmp.Or(p.LDA, lda), cmp.Or(p.LDB, ldb)
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
