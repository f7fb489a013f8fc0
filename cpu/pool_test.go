package cpu

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// TestPool runs jobs of all sizes, in such quick succession that helpers are late for
// them, and so far apart that helpers sleep. Each part must be done once, before run
// returns, and no two at a time on one thread.
func TestPool(t *testing.T) {
	for _, threads := range []int{1, 2, 5} {
		p := newPool(threads)
		done, at := make([]atomic.Int32, 40), make([]atomic.Int32, threads)
		for i := range 3000 {
			parts := 1 + i%len(done)
			p.run(parts, func(thread, part int) {
				done[part].Add(1)
				at[thread].Add(1)
				runtime.Gosched() // so that two could meet on a thread
				if n := at[thread].Add(-1); n != 0 {
					t.Errorf("%d threads, job of %d parts: %d parts at once on thread %d", threads, parts, 1+n, thread)
				}
			})
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

// TestPoolWaits has a part that takes longer than the caller's patience.
func TestPoolWaits(t *testing.T) {
	p := newPool(2)
	defer p.close()
	for range 20 {
		var done atomic.Int32
		p.run(2, func(_, _ int) {
			time.Sleep(2 * patience)
			done.Add(1)
		})
		if n := done.Load(); n != 2 {
			t.Fatalf("run returned after %d of 2 parts", n)
		}
	}
}
