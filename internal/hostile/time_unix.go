//go:build unix

package hostile

import (
	"syscall"
	"time"
)

// processorTime returns the processor time that this process has used so far, which
// does not include waiting for other processes.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic("hostile: no times of this process")
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
