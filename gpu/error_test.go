//go:build cuda && linux

package gpu

import (
	"testing"

	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
)

// TestTimeoutWithinReplay wants a hang to be known as one, whether the device was waited
// for by itself or amid the launches of a replay.
func TestTimeoutWithinReplay(t *testing.T) {
	for code, want := range map[int]bool{600: true, 700: false} { // NOT_READY, ILLEGAL_ADDRESS
		step := fault("TwoLayerSGD", &driver.Error{Call: "cuEventQuery", Code: code})
		for _, err := range []*Error{step, fault("Replay", step)} {
			if err.Timeout() != want {
				t.Errorf("%v: Timeout is %v", err, !want)
			}
			if err.Unwrap() != backend.ErrDeviceLost {
				t.Errorf("%v is %v", err, err.Unwrap())
			}
		}
	}
}
