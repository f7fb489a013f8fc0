//go:build cuda && linux

package driver

// #include <cublasLt.h>
// #include <cublas_v2.h>
// #include <cuda.h>
// #include "loader.h"
import "C"

import (
	"cmp"
	"runtime"

	"gorgonia.org/cu"
)

// Count is the number of devices, at least one. The error wraps
// backend.ErrNoDevice.
func Count() (int, error) {
	if err := initialize(); err != nil {
		return 0, err
	}
	n, err := cu.NumDevices()
	if err := driverError("cuDeviceGetCount", codeOf(err)); err != nil {
		return 0, unopened(err)
	}
	if n == 0 {
		return 0, unopened(driverError("cuDeviceGetCount", C.CUDA_ERROR_NO_DEVICE))
	}
	return n, nil
}

// Devices describes all devices in the order of their ordinals. The error wraps
// backend.ErrNoDevice.
func Devices() ([]Info, error) {
	n, err := Count()
	if err != nil {
		return nil, err
	}
	list := make([]Info, n)
	for i := range list {
		list[i], err = describe(cu.Device(i))
		if err == nil {
			list[i].FreeBytes, err = freeBytes(cu.Device(i))
		}
		list[i].Err = err
	}
	return list, nil
}

// describe finds out everything but FreeBytes.
func describe(device cu.Device) (Info, error) {
	info := Info{Ordinal: int(device), Simulated: C.driver_simulated() != 0}
	var err error
	if info.Name, err = device.Name(); err != nil {
		return info, driverError("cuDeviceGetName", codeOf(err))
	}
	if info.TotalBytes, err = device.TotalMem(); err != nil {
		return info, driverError("cuDeviceTotalMem", codeOf(err))
	}
	info.ComputeMajor, info.ComputeMinor, err = device.ComputeCapability()
	if err != nil {
		return info, driverError("cuDeviceGetAttribute", codeOf(err))
	}
	info.SMs, err = device.Attribute(cu.MultiprocessorCount)
	return info, driverError("cuDeviceGetAttribute", codeOf(err))
}

// freeBytes opens the device's primary context for a moment, because free memory can
// only be queried in a context.
func freeBytes(device cu.Device) (free int64, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	context, err := device.RetainPrimaryCtx()
	if err != nil {
		return 0, driverError("cuDevicePrimaryCtxRetain", codeOf(err))
	}
	defer func() {
		released := driverError("cuDevicePrimaryCtxRelease", codeOf(device.ReleasePrimaryCtx()))
		err = cmp.Or(err, released)
	}()
	if err := cu.PushCurrentCtx(context); err != nil {
		return 0, driverError("cuCtxPushCurrent", codeOf(err))
	}
	free, _, err = cu.MemInfo()
	_, popped := cu.PopCurrentCtx()
	return free, cmp.Or(driverError("cuMemGetInfo", codeOf(err)), driverError("cuCtxPopCurrent", codeOf(popped)))
}

// Versions looks for both libraries and returns their versions and paths. The error
// says what is missing, the driver first, and wraps backend.ErrNoDevice; what was found
// is returned with it.
func Versions() (Version, error) {
	err := libcuda.load()
	if e := libcublas.load(); err == nil {
		err = e
	}
	v := Version{LibCUDA: libcuda.path(), LibCUBLAS: libcublas.path()}
	if v.LibCUDA != "" {
		v.CUDA = cu.Version()
	}
	for i, property := range []C.libraryPropertyType{C.MAJOR_VERSION, C.MINOR_VERSION, C.PATCH_LEVEL} {
		var part C.int
		if C.cublasGetProperty(property, &part) == C.CUBLAS_STATUS_SUCCESS {
			v.CUBLAS[i] = int(part)
		}
		if C.cublasLtGetProperty(property, &part) == C.CUBLAS_STATUS_SUCCESS {
			v.CUBLASLt[i], v.LibCUBLASLt = int(part), C.GoString(C.driver_lt_path())
		}
	}
	return v, err
}
