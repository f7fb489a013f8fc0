package machine

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"syscall"
)

// spare is address space for the stacks of threads and for the runtime's own tables, which
// grow with the heap.
const spare = 128 << 20

// FreeMemory is how many more bytes this process can allocate: what the machine and the
// container have less what this process uses, and no more than its address-space
// limit (ulimit -v) leaves. What other processes use is not subtracted, since the
// system may reclaim it.
func FreeMemory() float64 {
	var heap runtime.MemStats
	runtime.ReadMemStats(&heap)
	free := math.Inf(1)
	var machine syscall.Sysinfo_t
	if syscall.Sysinfo(&machine) == nil {
		free = float64(machine.Totalram)*float64(machine.Unit) - float64(heap.HeapInuse)
	}
	if most, ok := number("/sys/fs/cgroup/memory.max"); ok {
		free = min(free, most-float64(heap.HeapInuse))
	}
	var addresses syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_AS, &addresses) != nil {
		return free
	}
	if pages, ok := number("/proc/self/statm"); ok { // the first of its numbers
		taken := pages*float64(os.Getpagesize()) - float64(heap.HeapIdle)
		free = min(free, float64(addresses.Cur)-taken-spare)
	}
	return free
}

// number reads the number that a system file starts with, if there is one.
func number(path string) (n float64, ok bool) {
	content, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	_, err = fmt.Sscan(string(content), &n)
	return n, err == nil
}
