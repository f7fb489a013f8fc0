package main

import (
	"errors"
	"fmt"
	"os"

	"mnistgpu/cpu"
	"mnistgpu/gpu"
	"mnistgpu/internal/backend"
)

// openBackend opens what s asks for. Only auto falls back to the CPU, and says
// why.
func openBackend(s *settings) (backend.Backend, error) {
	switch s.backend {
	case "cpu":
		return openCPU(s.threads)
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
		return openCPU(s.threads)
	}
	panic("mnistgpu: unknown backend")
}

// openCPU blames a failure on the user, who chose kernels that are not there.
func openCPU(threads int) (backend.Backend, error) {
	b, err := cpu.Open(cpu.Options{Threads: threads})
	if err != nil {
		return nil, &failure{code: exitUsage, err: err, hint: "unset " + cpu.KernelsVariable}
	}
	return b, nil
}
