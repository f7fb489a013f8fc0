//go:build cuda && linux

package gpu

import (
	"fmt"
	"testing"

	"mnistgpu/internal/backend/backendtest"
)

// TestWatched takes steps of all kinds on a device that finds races and accesses that
// are not aligned, at sizes that fill the last warps, blocks and vectors and at sizes
// that do not.
func TestWatched(t *testing.T) {
	for _, task := range []task{
		{pixels: 28, hidden: 33, batch: 20, steps: 2, rule: plain},
		{pixels: 31, hidden: 9, batch: 33, steps: 1, rule: noL2},
		{pixels: 30, hidden: 32, batch: 3, steps: 1, rule: momentum},
		{pixels: 32, hidden: 5, batch: 64, steps: 1, rule: adam, classes: 7},
	} {
		want, err := task.trainOn(backendtest.OpenReference)
		if err != nil {
			t.Fatal(err)
		}
		for _, options := range []Options{{Engine: Ops}, {Engine: Fused}, {}, {Engine: Fused, Precision: Split16}} {
			t.Run(fmt.Sprintf("%d-%d, batch %d, %v, %v", task.pixels, task.hidden, task.batch, options.Engine, options.Precision), func(t *testing.T) {
				simulate(t).Watch()
				got, err := task.trainOn(opener(options))
				if err != nil {
					t.Fatal(err)
				}
				compare(t, got, want, 2e-7)
			})
		}
	}
}
