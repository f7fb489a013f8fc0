//go:build cuda && linux

package gpu

import (
	"fmt"
	"testing"

	"mnistgpu/internal/backend/backendtest"
)

// TestSizes takes a step at every combination of sizes around those of a warp and a
// block. On the simulated device each allocation ends at a page that must not be
// accessed, so that an index past the end fails, and what is never written stays NaN.
// The limit is that of float32 sums after one step.
func TestSizes(t *testing.T) {
	useDevice(t)
	for _, size := range []int{1, 31, 32, 33, 127, 784, 1000} {
		for _, batch := range []int{1, 3, 64, 1000} {
			t.Run(fmt.Sprintf("size %d, batch %d", size, batch), func(t *testing.T) {
				for _, task := range []task{
					{pixels: size, hidden: 33, batch: batch, steps: 1, rule: plain},
					{pixels: 31, hidden: size, batch: batch, steps: 1, rule: noL2},
				} {
					want, err := task.trainOn(backendtest.OpenReference)
					if err != nil {
						t.Fatal(err)
					}
					for _, options := range []Options{{Engine: Ops}, {Engine: Fused}, {}, {Engine: Fused, Precision: Split16}} {
						if options.Precision == Split16 && batch > 64 {
							continue // smaller batches test the same in less time
						}
						got, err := task.trainOn(opener(options))
						if err != nil {
							t.Fatal(err)
						}
						compare(t, got, want, 2e-7)
					}
				}
			})
		}
	}
}
