//go:build unix

package serve

import "syscall"

// maxFiles returns how many files this process may have open.
func maxFiles() uint64 {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 1 << 10 // the usual limit
	}
	return uint64(limit.Cur)
}
