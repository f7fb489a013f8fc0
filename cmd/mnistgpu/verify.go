package main

import (
	"mnistgpu/cpu"
	"mnistgpu/gpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/verify"
)

// verified puts b behind checks by the CPU, if s asks for them. The function that it
// returns gives the CPU back.
func (s *settings) verified(b backend.Backend) (backend.Backend, func() error, error) {
	if s.verify == 0 {
		return b, func() error { return nil }, nil
	}
	oracle, err := openCPU(cpu.Options{Kernels: s.oracle(b), Threads: s.threads})
	if err != nil {
		return nil, nil, err
	}
	o := verify.Options{Every: s.verify, Factors: verify.Float32}
	if b.Name() == "cuda" {
		o.Factors = map[gpu.Precision]float64{gpu.TF32: verify.TF32, gpu.BF16: verify.BFloat16}[s.gpu.Precision]
	}
	return verify.New(b, oracle, o), oracle.Close, nil
}

// oracle names kernels of the CPU that are not those of b.
func (s *settings) oracle(b backend.Backend) string {
	if b.Name() == "cpu" && (s.blas == "auto" || s.blas == "sparse") {
		return "gonum"
	}
	return "sparse"
}
