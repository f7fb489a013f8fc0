package cpu

import (
	"time"

	"mnistgpu/cpu/internal/kernel"
)

// PeakGFlops measures how many fused multiply-adds the processor can do with the
// vectors that b's kernels have, on b's threads, in 10⁹ operations a second: two
// for each number. A BLAS is measured by the widest vectors. It is 0 where no
// such loop was written. It takes a tenth of a second.
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
