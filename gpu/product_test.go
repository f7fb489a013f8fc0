//go:build cuda && linux

package gpu

import (
	"fmt"
	"testing"

	"mnistgpu/gpu/driver"
)

// TestWarmUpOfAlignments records products of one shape whose operands are aligned in
// different ways. cuBLAS may have another kernel for each.
func TestWarmUpOfAlignments(t *testing.T) {
	simulate(t)
	for _, operand := range []string{"A", "B", "C"} {
		for shift := driver.Ptr(4); shift < 256; shift *= 2 {
			t.Run(fmt.Sprintf("%s by %d bytes", operand, shift), func(t *testing.T) {
				opened, err := Open(Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer opened.Close()
				b := opened.(*Backend)
				aligned := product{driver.Product{M: 3, N: 5, K: 4, A: room(t, b), B: room(t, b), C: room(t, b)}, "Test"}
				shifted := aligned
				*map[string]*driver.Ptr{"A": &shifted.A, "B": &shifted.B, "C": &shifted.C}[operand] += shift
				record(t, b, aligned)
				record(t, b, shifted)
			})
		}
	}
}

// room returns an address that is a multiple of maxAlignment, with memory for a small
// matrix that starts there or a little later.
func room(t *testing.T, b *Backend) driver.Ptr {
	t.Helper()
	at, err := b.device.Alloc(3 * maxAlignment)
	if err != nil {
		t.Fatal(err)
	}
	return at + -at%maxAlignment
}

// record warms up for a product and records it.
func record(t *testing.T, b *Backend, p product) {
	t.Helper()
	if err := b.warmUp([]product{p}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.device.Record(func() error { return b.device.Multiply(p.Product) }); err != nil {
		t.Fatal(err)
	}
}
