// Package hostile is what the tests of readers of foreign files share: how much
// memory a file may take, and files that are bad on purpose.
package hostile

import (
	"runtime/metrics"
	"testing"
)

// CheckMemory checks that read, which reads content of size bytes, takes at
// most four times that and 1 MiB from the heap, garbage included, times the slack
// of the build. Other parts of the process may take some meanwhile, so that the
// least of several readings counts. It panics as read does.
func CheckMemory(t testing.TB, size int, read func()) {
	t.Helper()
	limit := slack * (4*uint64(size) + 1<<20)
	const readings = 5
	taken := allocated(read)
	for i := 1; i < readings && taken > limit; i++ {
		taken = min(taken, allocated(read))
	}
	if taken > limit {
		t.Errorf("%d bytes of content take %d bytes of memory: want at most %d", size, taken, limit)
	}
}

// allocated returns how many bytes f takes from the heap.
func allocated(f func()) uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	before := sample[0].Value.Uint64()
	f()
	metrics.Read(sample)
	return sample[0].Value.Uint64() - before
}
