package cpu

import (
	"errors"
	"testing"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/machine"
)

// TestOutOfMemory allocates more than any machine has: a tensor whose bytes an int can
// count, and one whose bytes it cannot.
func TestOutOfMemory(t *testing.T) {
	b, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if machine.FreeMemory() > 1<<50 {
		t.Skip("does not know how much memory there is")
	}
	for _, n := range []int{1 << 24, 1 << 31} {
		for _, dt := range []backend.DType{backend.Uint8, backend.Int32, backend.Float32, backend.Float64} {
			if _, err := b.Alloc(dt, n, n); !errors.Is(err, backend.ErrOutOfMemory) {
				t.Errorf("Alloc of %d x %d %v gave %v", n, n, dt, err)
			}
		}
	}
	if _, err := b.Alloc(backend.Float32, 4096, 4096); err != nil {
		t.Errorf("after that: %v", err)
	}
}
