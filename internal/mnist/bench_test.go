package mnist

import (
	"os"
	"testing"
)

// BenchmarkOpen reads real MNIST, unpacks it and checks its hashes.
func BenchmarkOpen(b *testing.B) {
	if os.Getenv("MNISTGPU_DATA") == "" {
		b.Skip("MNISTGPU_DATA names no folder")
	}
	for b.Loop() {
		if _, err := Open(b.Context(), "mnist", 10, Environment(os.Getenv)); err != nil {
			b.Fatal(err)
		}
	}
}
