//go:build !cuda || !linux

package gpu

import (
	"errors"
	"testing"

	"mnistgpu/internal/backend"
)

func TestWithoutCUDA(t *testing.T) {
	b, err := Open(Options{})
	if b != nil || !errors.Is(err, ErrNoCUDA) || !errors.Is(err, backend.ErrNoDevice) {
		t.Errorf("Open gave %v, %v; want ErrNoCUDA", b, err)
	}
	if _, err := Devices(); !errors.Is(err, ErrNoCUDA) {
		t.Errorf("Devices gave %v, want ErrNoCUDA", err)
	}
}
