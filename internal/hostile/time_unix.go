//go:build unix

package hostile

import (
	"syscall"
	"time"
)

// processorTime is what this process has taken of it so far, which waiting for
// others does not add to.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic("hostile: no times of this process")
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
