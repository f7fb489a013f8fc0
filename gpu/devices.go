//go:build cuda && linux

package gpu

import "mnistgpu/gpu/driver"

// Devices describes all GPUs by their ordinals. The error wraps
// backend.ErrNoDevice.
func Devices() ([]DeviceInfo, error) {
	found, err := driver.Devices()
	if err != nil {
		return nil, err
	}
	devices := make([]DeviceInfo, len(found))
	for i, info := range found {
		devices[i] = DeviceInfo(info)
	}
	return devices, nil
}

// Versions says which libraries of NVIDIA's are there, as far as it gets. The
// error is the first one that is missing and wraps backend.ErrNoDevice.
func Versions() (Software, error) {
	found, err := driver.Versions()
	return Software(found), err
}
