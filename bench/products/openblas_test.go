//go:build openblas

package products

import (
	"runtime"

	"mnistgpu/bench/openblas"
	"mnistgpu/internal/backend"
)

func init() {
	multipliers = append(multipliers, multiplier{"openblas", func() (backend.Backend, error) { return openblas.Open(runtime.GOMAXPROCS(0)) }})
}
