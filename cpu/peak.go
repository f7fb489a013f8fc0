package cpu

import (
	"time"

	"mnistgpu/cpu/internal/kernel"
)

// PeakGFlops measures the peak rate of fused multiply-adds on b's threads, with
// vectors of the width that b's kernels use, in 10⁹ operations per second. A
// multiply-add counts as two operations for each element of a vector. For a BLAS, the
// widest vectors are measured. The result is 0 if there is no loop to measure with.
// The measurement takes a tenth of a second.
func (b *Backend) PeakGFlops() float64 {
	const samples, iterations = 50, 1 << 20
	loop := kernel.Peak(b.Multiplier())
	if loop == nil {
		return 0
	}
	pool := newPool(b.threads)
	defer pool.close()
	flops, best := make([]float64, b.threads), 0.0
	for range samples {
		start := time.Now()
		pool.run(b.threads, func(_, part int) { flops[part] = loop.Run(iterations) })
		var sum float64
		for _, f := range flops {
			sum += f
		}
		best = max(best, sum/time.Since(start).Seconds()/1e9)
	}
	return best
}
