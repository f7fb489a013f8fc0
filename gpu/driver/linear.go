//go:build cuda && linux

package driver

// #include <cublasLt.h>
import "C"

import (
	"cmp"
	"errors"
	"unsafe"
)

// A Linear computes, after all work before it,
//
//	Y = X·W + b, or ReLU(X·W + b)
//
// of row-major float32 matrices X (m, k), W (k, n) and Y (m, n) without gaps, and a row
// b of n numbers. It is one product of cuBLASLt's, which adds b and applies ReLU as it
// writes Y. The algorithm is the heuristic's first choice, the same for all products of
// a Linear.
//
// As with [Device.Multiply], cuBLASLt sees the transposes, Yᵀ = Wᵀ·Xᵀ, and adds a number of
// b to each of the n rows of Yᵀ.
type Linear struct {
	device    *Device
	operation C.cublasLtMatmulDesc_t
	w, x, y   C.cublasLtMatrixLayout_t
	algorithm C.cublasLtMatmulAlgo_t
}

// Operands are the addresses of the matrices of a [Linear], each the start of an
// allocation.
type Operands struct{ Y, X, W, B Ptr }

// NewLinear prepares products of that precision and shape, and computes the first one,
// during which cuBLASLt may load a kernel: later ones can be recorded. The result is
// nil if there is no cuBLASLt, or if it has no algorithm.
func (d *Device) NewLinear(p Precision, m, n, k int, relu bool, first Operands) (*Linear, error) {
	if d.err != nil {
		return nil, d.err
	}
	if err := d.openLt(); err != nil || d.lt.handle == nil {
		return nil, err
	}
	l := &Linear{device: d}
	err := l.describe(p, m, n, k, relu, first.B)
	if err == nil {
		err = l.choose()
	}
	if err == nil {
		err = l.Run(first)
	}
	if err == nil {
		return l, nil
	}
	return nil, supported(err)
}

// supported returns err, or nil if err says that cuBLASLt cannot do what it was asked
// for.
func supported(err error) error {
	var e *Error
	if errors.As(err, &e) {
		switch e.Code {
		case C.CUBLAS_STATUS_INVALID_VALUE, C.CUBLAS_STATUS_ARCH_MISMATCH, C.CUBLAS_STATUS_NOT_SUPPORTED:
			return nil
		}
	}
	return err
}

// Run computes a product. It waits only while much work is queued, and it can be
// recorded.
func (l *Linear) Run(o Operands) error {
	d := l.device
	if d.err != nil {
		return d.err
	}
	if err := l.setBias(o.B); err != nil {
		return err
	}
	one, zero := C.float(1), C.float(0)
	err := d.ltCheck("cublasLtMatmul", C.cublasLtMatmul(d.lt.handle, l.operation, unsafe.Pointer(&one),
		o.W.pointer(), l.w, o.X.pointer(), l.x, unsafe.Pointer(&zero), o.Y.pointer(), l.y, o.Y.pointer(), l.y,
		&l.algorithm, d.lt.workspace.pointer(), C.size_t(d.lt.size), C.cudaStream_t(unsafe.Pointer(d.stream.C()))))
	if err != nil {
		return err
	}
	return d.launched(1)
}

// describe tells cuBLASLt what to compute. Closing the device frees what it makes.
func (l *Linear) describe(p Precision, m, n, k int, relu bool, bias Ptr) error {
	d := l.device
	_, compute := p.cublas()
	if err := d.ltCheck("cublasLtMatmulDescCreate", C.cublasLtMatmulDescCreate(&l.operation, compute, C.CUDA_R_32F)); err != nil {
		return err
	}
	operation := l.operation
	d.undo = append(d.undo, func() error {
		return d.ltCheck("cublasLtMatmulDescDestroy", C.cublasLtMatmulDescDestroy(operation))
	})
	epilogue := C.cublasLtEpilogue_t(C.CUBLASLT_EPILOGUE_BIAS)
	if relu {
		epilogue = C.CUBLASLT_EPILOGUE_RELU_BIAS
	}
	for _, step := range []func() error{
		func() error {
			return l.set(C.CUBLASLT_MATMUL_DESC_EPILOGUE, unsafe.Pointer(&epilogue), unsafe.Sizeof(epilogue))
		},
		func() error { return l.setBias(bias) },
		func() error { return d.layout(&l.w, n, k) },
		func() error { return d.layout(&l.x, k, m) },
		func() error { return d.layout(&l.y, n, m) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// layout describes a matrix of columns that follow each other without gaps.
func (d *Device) layout(made *C.cublasLtMatrixLayout_t, rows, cols int) error {
	var layout C.cublasLtMatrixLayout_t
	code := C.cublasLtMatrixLayoutCreate(&layout, C.CUDA_R_32F, C.uint64_t(rows), C.uint64_t(cols), C.int64_t(rows))
	if err := d.ltCheck("cublasLtMatrixLayoutCreate", code); err != nil {
		return err
	}
	*made = layout
	d.undo = append(d.undo, func() error {
		return d.ltCheck("cublasLtMatrixLayoutDestroy", C.cublasLtMatrixLayoutDestroy(layout))
	})
	return nil
}

// setBias sets the address of b. The heuristic also considers how it is aligned.
func (l *Linear) setBias(b Ptr) error {
	at := uintptr(b)
	return l.set(C.CUBLASLT_MATMUL_DESC_BIAS_POINTER, unsafe.Pointer(&at), unsafe.Sizeof(at))
}

func (l *Linear) set(attribute C.cublasLtMatmulDescAttributes_t, value unsafe.Pointer, size uintptr) error {
	code := C.cublasLtMatmulDescSetAttribute(l.operation, attribute, value, C.size_t(size))
	return l.device.ltCheck("cublasLtMatmulDescSetAttribute", code)
}

// choose asks the heuristic for an algorithm that the workspace is large enough for.
func (l *Linear) choose() error {
	d := l.device
	var preference C.cublasLtMatmulPreference_t
	if err := d.ltCheck("cublasLtMatmulPreferenceCreate", C.cublasLtMatmulPreferenceCreate(&preference)); err != nil {
		return err
	}
	size := C.size_t(d.lt.size)
	code := C.cublasLtMatmulPreferenceSetAttribute(preference, C.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
		unsafe.Pointer(&size), C.size_t(unsafe.Sizeof(size)))
	err := d.ltCheck("cublasLtMatmulPreferenceSetAttribute", code)
	var found C.cublasLtMatmulHeuristicResult_t
	if err == nil {
		var n C.int
		code = C.cublasLtMatmulAlgoGetHeuristic(d.lt.handle, l.operation, l.w, l.x, l.y, l.y, preference, 1, &found, &n)
		switch {
		case code == C.CUBLAS_STATUS_SUCCESS && n == 0:
			code = C.CUBLAS_STATUS_NOT_SUPPORTED
		case code == C.CUBLAS_STATUS_SUCCESS:
			code = found.state // the rest of found is valid only after success
		}
		err = d.ltCheck("cublasLtMatmulAlgoGetHeuristic", code)
	}
	if d.lost {
		return err
	}
	l.algorithm = found.algo
	return cmp.Or(err, d.ltCheck("cublasLtMatmulPreferenceDestroy", C.cublasLtMatmulPreferenceDestroy(preference)))
}
