//go:build unix

package durable

import (
	"os"

	"golang.org/x/sys/unix"
)

// lock takes the lock that belongs to the open file, and does not wait for it.
func lock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	for err == unix.EINTR {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	}
	if err == unix.EWOULDBLOCK {
		return ErrLocked
	}
	return err
}
