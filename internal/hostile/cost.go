// Package hostile is shared by the tests of readers of foreign files. It limits how
// much memory and time reading a file may take, and provides deliberately bad files.
package hostile

import (
	"flag"
	"runtime/metrics"
	"testing"
	"time"
)

// CheckCost checks the cost of read, which reads content of size bytes: it may
// allocate at most four times that and 1 MiB, garbage included, times the slack of
// the build. If read panics, so does CheckCost.
//
// Under the fuzzer, it also checks that read takes at most 100 ms of processor time
// for each MiB or part of one. Ordinary tests do not check the time.
func CheckCost(t testing.TB, size int, read func()) {
	t.Helper()
	limit := cost{memory: slack * (4*uint64(size) + 1<<20)}
	if fuzzing() {
		limit.time = 100 * time.Millisecond * time.Duration(1+size>>20)
	}
	limit.check(t, size, read)
}

// fuzzing reports whether this process runs under the fuzzer.
func fuzzing() bool {
	f := flag.Lookup("test.fuzz")
	return f != nil && f.Value.String() != ""
}

// cost is what a read takes, or may take. A limit with a time of 0 does not limit
// the time.
type cost struct {
	memory uint64        // bytes allocated from the heap
	time   time.Duration // of the processor
}

// check checks that read takes at most c. Other parts of the process may use memory
// and time meanwhile, so the least of several readings counts.
func (c cost) check(t testing.TB, size int, read func()) {
	t.Helper()
	const readings = 5
	taken := measure(read)
	for i := 1; i < readings && taken.exceeds(c); i++ {
		next := measure(read)
		taken = cost{min(taken.memory, next.memory), min(taken.time, next.time)}
	}
	if taken.memory > c.memory {
		t.Errorf("%d bytes of content take %d bytes of memory: want at most %d", size, taken.memory, c.memory)
	}
	if c.time > 0 && taken.time > c.time {
		t.Errorf("%d bytes of content take %v of the processor: want at most %v", size, taken.time, c.time)
	}
}

func (c cost) exceeds(limit cost) bool {
	return c.memory > limit.memory || limit.time > 0 && c.time > limit.time
}

// measure returns what f takes.
func measure(f func()) cost {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	start := processorTime()
	metrics.Read(sample)
	before := sample[0].Value.Uint64()
	f()
	metrics.Read(sample)
	return cost{sample[0].Value.Uint64() - before, processorTime() - start}
}
