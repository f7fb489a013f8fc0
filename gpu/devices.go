//go:build cuda && linux

package gpu

import "mnistgpu/gpu/driver"

// Devices describes all GPUs by their ordinals. The error wraps
// backend.ErrNoDevice.
func Devices() ([]DeviceInfo, error) { return driver.Devices() }

// Versions says which libraries of NVIDIA's are there, as far as it gets. The
// error is the first one that is missing and wraps backend.ErrNoDevice.
func Versions() (Software, error) { return driver.Versions() }
