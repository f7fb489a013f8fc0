//go:build openblas

package openblas

import (
	"strings"
	"testing"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/backend/backendtest"
)

// TestBackend runs the suite of all backends: what is faster or slower must also be right.
func TestBackend(t *testing.T) {
	backendtest.Run(t, func() (backend.Backend, error) { return Open(2) })
}

func TestDeviceNamesTheKernels(t *testing.T) {
	b, err := Open(1)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if !strings.Contains(b.Device(), " threads, openblas ") {
		t.Errorf("device is %q", b.Device())
	}
}
