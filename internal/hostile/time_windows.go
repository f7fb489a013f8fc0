package hostile

import (
	"syscall"
	"time"
)

// processorTime returns the processor time that this process has used so far, which
// does not include waiting for other processes.
func processorTime() time.Duration {
	self, err := syscall.GetCurrentProcess()
	if err != nil {
		panic("hostile: no handle of this process")
	}
	var created, exited, kernel, user syscall.Filetime
	if err := syscall.GetProcessTimes(self, &created, &exited, &kernel, &user); err != nil {
		panic("hostile: no times of this process")
	}
	const tick = 100 // nanoseconds
	ticks := func(t syscall.Filetime) int64 { return int64(t.HighDateTime)<<32 | int64(t.LowDateTime) }
	return time.Duration(tick * (ticks(kernel) + ticks(user)))
}
