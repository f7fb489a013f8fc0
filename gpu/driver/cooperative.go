//go:build cuda && linux

package driver

// #include <cuda.h>
import "C"

import "gorgonia.org/cu"

// Resident returns how many blocks of f the device holds at the same time, each with
// the given number of threads and bytes of dynamic shared memory. It also lets f use as
// much of that memory as there is. The result is 0 if the device cannot hold one block
// or has no cooperative launches. f must have no static shared memory.
func (d *Device) Resident(f Function, threads, shared int) (int, error) {
	if d.err != nil {
		return 0, d.err
	}
	cooperative, err := d.attribute(C.CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH)
	if err != nil || cooperative == 0 {
		return 0, err
	}
	most, err := d.attribute(C.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN)
	if err != nil || shared > most {
		return 0, err
	}
	code := C.cuFuncSetAttribute(f.fn, C.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, C.int(most))
	if err := d.check("cuFuncSetAttribute "+f.name, code); err != nil {
		return 0, err
	}
	var blocks C.int
	code = C.cuOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, f.fn, C.int(threads), C.size_t(shared))
	return int(blocks) * d.info.SMs, d.check("cuOccupancyMaxActiveBlocksPerMultiprocessor "+f.name, code)
}

// LaunchCooperative is Launch with all blocks on the device at the same time, so that
// they can wait for each other. There can be at most as many as Resident returns. It
// cannot be recorded.
func (d *Device) LaunchCooperative(f Function, grid, block Dim, shared int, args ...Arg) error {
	return d.launch("cuLaunchCooperativeKernel ", 1, f, grid, block, shared, args)
}

func (d *Device) attribute(which C.CUdevice_attribute) (int, error) {
	value, err := cu.Device(d.info.Ordinal).Attribute(cu.DeviceAttribute(which))
	return value, d.result("cuDeviceGetAttribute", err)
}
