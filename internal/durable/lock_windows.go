package durable

import (
	"os"

	"golang.org/x/sys/windows"
)

// The kinds of lock.
const (
	exclusive = windows.LOCKFILE_EXCLUSIVE_LOCK
	shared    = 0
)

// lock locks the first byte of the file without waiting for it.
func lock(f *os.File, kind uint32) error {
	err := windows.LockFileEx(windows.Handle(f.Fd()), kind|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, new(windows.Overlapped))
	if err == windows.ERROR_LOCK_VIOLATION {
		return ErrLocked
	}
	return err
}
