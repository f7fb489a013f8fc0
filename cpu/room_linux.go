package cpu

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"syscall"
)

// room is how many bytes more this process can take: as many as the machine and the
// container have that it does not use, and as its limit of addresses (ulimit -v) leaves.
// What others use is not counted, since the system may take it back.
func room() float64 {
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
	if pages, ok := number("/proc/self/statm"); ok { // as the first of its numbers
		taken := pages*float64(os.Getpagesize()) - float64(heap.HeapIdle)
		free = min(free, float64(addresses.Cur)-taken)
	}
	return free
}

// number reads the number that a file of the system begins with, if it does.
func number(path string) (n float64, ok bool) {
	content, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	_, err = fmt.Sscan(string(content), &n)
	return n, err == nil
}
