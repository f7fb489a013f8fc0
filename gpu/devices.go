//go:build cuda && linux

package gpu

import "mnistgpu/gpu/driver"

// Devices describes all GPUs in the order of their ordinals. The error wraps
// backend.ErrNoDevice.
func Devices() ([]DeviceInfo, error) { return driver.Devices() }

// Versions describes the NVIDIA libraries that were found. The error is about the first
// one that is missing and wraps backend.ErrNoDevice; what was found is returned with
// it.
func Versions() (Software, error) { return driver.Versions() }
