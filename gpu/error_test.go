//go:build cuda && linux

package gpu

import (
	"errors"
	"testing"

	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/fault"
)

// TestStepTimeout checks that a hang is known as one, whether the device was waited for
// by itself or amid the launches of a replay, and whatever the driver said otherwise.
func TestStepTimeout(t *testing.T) {
	for _, test := range []struct {
		err  error
		kind error
		code fault.Kind
	}{
		{&driver.Error{Call: "cuEventQuery"}, backend.ErrDeviceLost, fault.DeviceLost},
		{backend.ErrNoDevice, backend.ErrDeviceLost, fault.DeviceLost},
		{backend.ErrStepTimeout, backend.ErrStepTimeout, fault.StepTimeout},
		{backend.ErrOutOfMemory, backend.ErrOutOfMemory, fault.OutOfMemory},
	} {
		step := failed("TwoLayerSGD", test.err)
		for _, err := range []*Error{step, failed("Replay", step)} {
			if err.Unwrap() != test.kind || !fault.Is(err, test.code) {
				t.Errorf("%v is %v", err, err.Unwrap())
			}
			if lost := test.kind != backend.ErrOutOfMemory; errors.Is(err, backend.ErrDeviceLost) != lost {
				t.Errorf("%v: device lost is %v", err, !lost)
			}
		}
	}
}
