//go:build cuda && linux

package gpu

import (
	"os"
	"testing"

	"mnistgpu/internal/train/traintest"
)

// TestResume stops after every seventh step only, unless tests may take minutes.
func TestResume(t *testing.T) {
	useDevice(t)
	n := 7
	if os.Getenv("MNISTGPU_LONG") != "" {
		n = 1
	}
	traintest.Resume(t, n, opener(Options{}))
}
