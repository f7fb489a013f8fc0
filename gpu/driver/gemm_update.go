//go:build cuda && linux

package driver

// #include <cublas_v2.h>
import "C"

// GemmUpdate computes the matrix product
//
//	C = scales[0] · op(A)·op(B) + scales[1] · C
//
// like [Device.Gemm], but with scales, two float32 numbers in the device's memory,
// which are read when the product runs: a recorded product may find other values each
// time.
func (d *Device) GemmUpdate(p Precision, transA, transB bool, m, n, k int, scales Ptr,
	a Ptr, lda int, b Ptr, ldb int, c Ptr, ldc int) error {
	if d.err != nil {
		return d.err
	}
	if err := d.pointerMode(C.CUBLAS_POINTER_MODE_DEVICE); err != nil {
		return err
	}
	alpha, beta := scales.pointer(), (scales + 4).pointer()
	var err error
	if p == FP32 {
		err = d.blasCheck("cublasSgemm", C.cublasSgemm(d.handle(), operation(transB), operation(transA),
			C.int(n), C.int(m), C.int(k), (*C.float)(alpha),
			(*C.float)(b.pointer()), C.int(ldb), (*C.float)(a.pointer()), C.int(lda), (*C.float)(beta),
			(*C.float)(c.pointer()), C.int(ldc)))
	} else {
		err = d.gemmEx(p, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	}
	if err != nil {
		return err
	}
	if err := d.pointerMode(C.CUBLAS_POINTER_MODE_HOST); err != nil {
		return err
	}
	return d.launched(1)
}

// pointerMode sets where cuBLAS finds the scalars of a product.
func (d *Device) pointerMode(mode C.cublasPointerMode_t) error {
	return d.blasCheck("cublasSetPointerMode", C.cublasSetPointerMode(d.handle(), mode))
}
