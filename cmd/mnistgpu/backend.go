package main

import (
	"fmt"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
)

// openBackend opens the backend of the given name.
func openBackend(name string) (backend.Backend, error) {
	switch name {
	case "auto", "cpu":
		return cpu.Open()
	case "cuda":
		return nil, &failure{
			code: exitNoDevice,
			err:  fmt.Errorf("--backend cuda: this version computes on the CPU only"),
			hint: "leave out --backend and --device, or use --backend cpu",
		}
	}
	panic("mnistgpu: unknown backend")
}
