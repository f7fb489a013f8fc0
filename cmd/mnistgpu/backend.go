package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"mnistgpu/cpu"
	"mnistgpu/gpu"
	"mnistgpu/internal/backend"
)

// openBackend opens the backend that s asks for. Only auto falls back to the CPU, and
// says why.
func openBackend(s *settings) (backend.Backend, error) {
	switch s.backend {
	case "cpu":
		return openCPU(cpu.Options{Kernels: s.blas, Threads: s.threads})
	case "cuda":
		return gpu.Open(s.gpu)
	case "auto":
		b, err := gpu.Open(s.gpu)
		if !errors.Is(err, backend.ErrNoDevice) {
			return b, err
		}
		if !s.quiet {
			fmt.Fprintf(os.Stderr, "using the CPU: %s\n", oneLine(err.Error()))
		}
		return openCPU(cpu.Options{Kernels: s.blas, Threads: s.threads})
	}
	panic("mnistgpu: unknown backend")
}

// openCPU opens the CPU backend with the options o. A failure is a usage error: the
// user chose kernels that are not available.
func openCPU(o cpu.Options) (backend.Backend, error) {
	b, err := cpu.Open(o)
	if err != nil {
		return nil, wrongBLAS(o.Kernels, err)
	}
	return b, nil
}

// wrongBLAS returns a usage error that names what chose the missing kernels: --blas, or
// the environment variable that decides where the flag leaves the choice.
func wrongBLAS(blas string, err error) error {
	f := &failure{code: exitUsage, err: fmt.Errorf("--blas %s: %w", blas, err), hint: "see --help for the values that --blas takes"}
	if strings.HasPrefix(err.Error(), cpu.KernelsVariable) {
		f.err, f.hint = err, "unset "+cpu.KernelsVariable
	}
	return f
}

// blasUsage documents --blas.
func blasUsage() string {
	ours := cpu.Kernels()
	ours = ours[:len(ours)-1] // the last is gonum
	return "matrix products on the CPU: auto; sparse, our kernels (" + strings.Join(ours, ", ") + "); or gonum, for comparison"
}
