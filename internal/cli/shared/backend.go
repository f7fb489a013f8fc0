package shared

import (
	"errors"
	"runtime"
	"strings"

	"mnistgpu/cpu"
	"mnistgpu/gpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/backend/verify"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

// OpenBackend opens the backend that the settings ask for. Only auto falls back to the
// CPU, and says why.
func OpenBackend(o *ui.IO, v *settings.Values) (backend.Backend, error) {
	cpu.LimitMemory()
	if v.Backend == "cpu" {
		return OpenCPU(v)
	}
	b, err := gpu.Open(v.GPU)
	if v.Backend == "cuda" || !errors.Is(err, backend.ErrNoDevice) {
		return b, err
	}
	o.Notef("using the CPU: %v", err)
	return OpenCPU(v)
}

// OpenCPU opens the CPU with the kernels and the threads that the settings ask for.
func OpenCPU(v *settings.Values) (backend.Backend, error) {
	return openCPU(cpu.Options{Kernels: v.BLAS, Threads: v.Threads})
}

// openCPU returns a usage error if the kernels are not available.
func openCPU(options cpu.Options) (backend.Backend, error) {
	b, err := cpu.Open(options)
	switch {
	case err == nil:
		return b, nil
	case strings.HasPrefix(err.Error(), cpu.KernelsVariable):
		return nil, fault.Usage("%w", err).WithHint("unset %s", cpu.KernelsVariable)
	}
	return nil, fault.Usage("--blas %s: %w", options.Kernels, err)
}

// Machine describes what a backend computes with, as far as that may change the bits of
// a result: not the number of threads.
func Machine(b backend.Backend) string {
	if processor, ok := b.(*cpu.Backend); ok {
		return runtime.GOARCH + ", " + processor.Multiplier()
	}
	return b.Device()
}

// Verified returns b with its steps checked by the CPU, if the settings ask for that. The
// function returned closes the CPU.
func Verified(b backend.Backend, v *settings.Values) (backend.Backend, func() error, error) {
	if v.VerifyEvery == 0 {
		return b, func() error { return nil }, nil
	}
	options := verify.Options{Every: v.VerifyEvery, Precision: verify.FP32}
	kernels := "sparse"
	switch {
	case b.Name() == "cuda":
		options.Precision = precisions[v.GPU.Precision]
	case v.BLAS == "auto" || v.BLAS == "sparse":
		kernels = "gonum" // other kernels than those of b
	}
	oracle, err := openCPU(cpu.Options{Kernels: kernels, Threads: v.Threads})
	if err != nil {
		return nil, nil, err
	}
	return verify.New(b, oracle, options), oracle.Close, nil
}

// precisions says how inexact the products of a GPU may be.
var precisions = map[gpu.Precision]verify.Precision{
	gpu.FP32: verify.FP32, gpu.TF32: verify.TF32, gpu.BF16: verify.BF16, gpu.Split16: verify.Split16,
}
