package products

import (
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"mnistgpu/cpu"
)

// fmaLoop does nothing but fused multiply-adds, in registers: no code with such vectors
// can be faster.
type fmaLoop struct {
	kernels string // with the same vectors
	run     func(iterations int)
	flops   float64 // of an iteration; a multiply-add counts as two for each element
}

// peak measures how many operations per second, in 10⁹, all threads do with vectors of
// the width that the named kernels use, or with the widest for a BLAS. It is 0 if there is
// no loop to measure with. The measurement takes a tenth of a second.
func peak(kernels string) float64 {
	loops := fmaLoops()
	i := slices.IndexFunc(loops, func(l fmaLoop) bool { return l.kernels == kernels })
	if i < 0 && (kernels == "generic" || len(loops) == 0) {
		return 0
	}
	return loops[max(i, 0)].measure(runtime.GOMAXPROCS(0))
}

// measure returns the speed of the fastest of 50 samples.
func (l fmaLoop) measure(threads int) float64 {
	const samples, iterations = 50, 1 << 20
	best := 0.0
	for range samples {
		var all sync.WaitGroup
		start := time.Now()
		for range threads {
			all.Go(func() { l.run(iterations) })
		}
		all.Wait()
		best = max(best, l.flops*iterations*float64(threads)/time.Since(start).Seconds()/1e9)
	}
	return best
}

// BenchmarkPeak shows the peak with each width of vectors.
func BenchmarkPeak(b *testing.B) {
	for _, l := range fmaLoops() {
		b.Run(l.kernels, func(b *testing.B) {
			best := 0.0
			for b.Loop() {
				best = max(best, l.measure(runtime.GOMAXPROCS(0)))
			}
			b.ReportMetric(best, "GFLOP/s")
		})
	}
}

// TestPeak expects a figure where there is assembly, and none elsewhere.
func TestPeak(t *testing.T) {
	assembly := cpu.Kernels()[0] != "generic"
	for _, kernels := range append(cpu.Kernels(), "openblas") {
		if p := peak(kernels); (p > 0) != (assembly && kernels != "generic") {
			t.Errorf("%s: peak is %v GFLOP/s", kernels, p)
		}
	}
}
