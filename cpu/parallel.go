package cpu

import (
	"runtime"
	"sync"
)

// parallel calls f on consecutive parts of [0, n), at once, each of at least
// grain elements. It is for work whose result does not depend on the division.
func parallel(n, grain int, f func(lo, hi int)) {
	parts := min(runtime.GOMAXPROCS(0), n/grain)
	if parts <= 1 {
		f(0, n)
		return
	}
	var wg sync.WaitGroup
	for i := range parts {
		wg.Go(func() { f(i*n/parts, (i+1)*n/parts) })
	}
	wg.Wait()
}
