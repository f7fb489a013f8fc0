//go:build cuda && linux

package driver

// #include <cuda.h>
import "C"

import (
	"errors"
	"fmt"
	"reflect"

	"mnistgpu/internal/backend"
)

// An Error is a call of the CUDA driver or of cuBLAS that failed.
type Error struct {
	Call string // the function, and the kernel if it launched one
	Code int    // its CUresult or cublasStatus_t
	Name string // the code's name in NVIDIA's headers
	Hint string // what it means here and what to do

	fault error // what Unwrap returns
}

// Error is one line: call, name, code and hint.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %s (%d)", e.Call, e.Name, e.Code)
	if e.Hint != "" {
		s += ": " + e.Hint
	}
	return s
}

// Unwrap returns backend.ErrNoDevice, backend.ErrOutOfMemory, backend.ErrDeviceLost or,
// after StepTimeout, backend.ErrStepTimeout, or nil if the failure is none of them.
func (e *Error) Unwrap() error { return e.fault }

// driverError turns the result of a driver call into an error, nil for success. An
// unknown code may mean that the device is lost, so it counts as such.
func driverError(call string, code int) error {
	if code == 0 {
		return nil
	}
	if k, ok := driverCodes[code]; ok {
		return &Error{call, code, k.name, k.hint, k.fault}
	}
	name, text := known(code)
	return &Error{call, code, name, text, backend.ErrDeviceLost}
}

// known returns the name and the text that the driver itself has for a code.
func known(number int) (name, text string) {
	var s *C.char
	name = "unknown CUDA error"
	if C.cuGetErrorName(C.CUresult(number), &s) == C.CUDA_SUCCESS {
		name = C.GoString(s)
	}
	if C.cuGetErrorString(C.CUresult(number), &s) == C.CUDA_SUCCESS {
		text = C.GoString(s)
	}
	return name, text
}

// blasError turns the status of a cuBLAS call into an error, nil for success.
func blasError(call string, code int) error {
	if code == 0 {
		return nil
	}
	if k, ok := blasCodes[code]; ok {
		return &Error{call, code, k.name, k.hint, k.fault}
	}
	return &Error{call, code, "unknown cuBLAS status", hintLost, backend.ErrDeviceLost}
}

// unopened makes err say that there is no usable device, unless there is one
// with too little memory.
func unopened(err error) error {
	var e *Error
	if !errors.As(err, &e) || errors.Is(err, backend.ErrOutOfMemory) {
		return err
	}
	hint := e.Hint
	if errors.Is(err, backend.ErrDeviceLost) {
		hint = "the device does not start: see the system's log for NVRM and Xid"
	}
	return &Error{e.Call, e.Code, e.Name, hint, backend.ErrNoDevice}
}

// codeOf returns the number behind an error of gorgonia.org/cu, whose type is not
// exported, or 0 for nil.
func codeOf(err error) int {
	for ; err != nil; err = errors.Unwrap(err) {
		if v := reflect.ValueOf(err); v.CanInt() {
			return int(v.Int())
		}
	}
	return 0
}
