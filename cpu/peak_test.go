package cpu_test

import (
	"testing"

	"mnistgpu/cpu"
)

// TestPeak expects a figure where there is assembly, and none elsewhere.
func TestPeak(t *testing.T) {
	for _, kernels := range cpu.Kernels() {
		b, err := cpu.Open(cpu.Options{Kernels: kernels})
		if err != nil {
			t.Fatal(err)
		}
		peak := b.(*cpu.Backend).PeakGFlops()
		assembly := cpu.Kernels()[0] != "generic" && kernels != "generic"
		if assembly != (peak > 0) {
			t.Errorf("%s: peak is %v GFLOP/s", kernels, peak)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}
