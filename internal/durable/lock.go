package durable

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
)

// ErrLocked says that a folder has another user.
var ErrLocked = errors.New("is in use by another process")

// lockName is the file in a folder that is locked in its stead: network file
// systems lock no folders.
const lockName = ".lock"

// held keeps the files of locks from the garbage collector, which would close
// them where nobody means to release.
var held sync.Map

// Lock makes this process the only user of a folder, until release is called or
// the process ends, however it ends. The error is [ErrLocked] where there is
// another user already, be it in this process. The lock is a file called .lock,
// which stays.
func Lock(dir string) (release func() error, err error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	held.Store(f, nil)
	return func() error {
		held.Delete(f)
		return f.Close()
	}, nil
}
