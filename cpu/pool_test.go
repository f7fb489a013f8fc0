package cpu

import (
	"sync/atomic"
	"testing"
	"time"
)

// TestPool runs jobs of all sizes, so soon one after the other that helpers are
// late for them, and so late that helpers sleep. Each part must be done once,
// before run returns.
func TestPool(t *testing.T) {
	for _, threads := range []int{1, 2, 5} {
		p := newPool(threads)
		done := make([]atomic.Int32, 40)
		for i := range 3000 {
			parts := 1 + i%len(done)
			p.run(parts, func(part int) { done[part].Add(1) })
			for part := range done {
				want := int32(0)
				if part < parts {
					want = 1
				}
				if got := done[part].Swap(0); got != want {
					t.Fatalf("%d threads, job of %d parts: part %d was done %d times, want %d", threads, parts, part, got, want)
				}
			}
			if i%500 == 0 {
				time.Sleep(4 * patience)
			}
		}
		p.close()
	}
}

// TestPoolWaits has a part that takes longer than the patience of the caller.
func TestPoolWaits(t *testing.T) {
	p := newPool(2)
	defer p.close()
	for range 20 {
		var done atomic.Int32
		p.run(2, func(int) {
			time.Sleep(2 * patience)
			done.Add(1)
		})
		if n := done.Load(); n != 2 {
			t.Fatalf("run returned after %d of 2 parts", n)
		}
	}
}
