//go:build cuda && linux

package driver

// #include <cublasLt.h>
import "C"

// lt is a device's handle of cuBLASLt with a workspace of its own. The zero lt is not
// open yet.
type lt struct {
	asked     bool
	handle    C.cublasLtHandle_t // nil if there is no cuBLASLt
	workspace Ptr
	size      int // of the workspace, in bytes
}

// openLt makes the handle, unless it has already tried or there is no cuBLASLt.
func (d *Device) openLt() error {
	if d.lt.asked {
		return nil
	}
	var handle C.cublasLtHandle_t
	if err := d.ltCheck("cublasLtCreate", C.cublasLtCreate(&handle)); err != nil {
		d.lt.asked = supported(err) == nil
		return supported(err)
	}
	d.undo = append(d.undo, func() error { return d.ltCheck("cublasLtDestroy", C.cublasLtDestroy(handle)) })
	size := d.workspaceSize()
	workspace, err := d.Alloc(size)
	d.lt = lt{err == nil, handle, workspace, size}
	return err
}

// ltCheck turns what a call of cuBLASLt returned into an error.
func (d *Device) ltCheck(call string, code C.cublasStatus_t) error {
	return d.keep(blasError(call, int(code)))
}
