package main

import (
	"mnistgpu/cpu"
	"mnistgpu/gpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/backend/verify"
)

// verified returns b with its steps checked by the CPU, if s asks for that. The
// function returned closes the CPU backend.
func (s *settings) verified(b backend.Backend) (backend.Backend, func() error, error) {
	if s.verify == 0 {
		return b, func() error { return nil }, nil
	}
	oracle, err := openCPU(cpu.Options{Kernels: s.oracle(b), Threads: s.threads})
	if err != nil {
		return nil, nil, err
	}
	o := verify.Options{Every: s.verify, Precision: verify.FP32}
	if b.Name() == "cuda" {
		o.Precision = allowance[s.gpu.Precision]
	}
	return verify.New(b, oracle, o), oracle.Close, nil
}

// allowance says how inexact the products of a GPU may be.
var allowance = map[gpu.Precision]verify.Precision{
	gpu.FP32: verify.FP32, gpu.TF32: verify.TF32, gpu.BF16: verify.BF16, gpu.Split16: verify.Split16,
}

// oracle returns the name of CPU kernels other than those of b.
func (s *settings) oracle(b backend.Backend) string {
	if b.Name() == "cpu" && (s.blas == "auto" || s.blas == "sparse") {
		return "gonum"
	}
	return "sparse"
}
