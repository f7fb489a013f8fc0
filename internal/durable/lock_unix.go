//go:build unix

package durable

import (
	"os"

	"golang.org/x/sys/unix"
)

// The kinds of lock.
const (
	exclusive = unix.LOCK_EX
	shared    = unix.LOCK_SH
)

// lock takes the lock of the open file without waiting for it.
func lock(f *os.File, kind int) error {
	err := unix.Flock(int(f.Fd()), kind|unix.LOCK_NB)
	for err == unix.EINTR {
		err = unix.Flock(int(f.Fd()), kind|unix.LOCK_NB)
	}
	if err == unix.EWOULDBLOCK {
		return ErrLocked
	}
	return err
}
