package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"mnistgpu/internal/fault"
)

// ErrLocked means that another user has locked the folder.
var ErrLocked = errors.New("is in use by another process")

// LockFile is the file in a folder that is locked in place of the folder itself:
// network file systems cannot lock folders.
const LockFile = ".lock"

// How many times Lock tries, and the pause between the tries. [InUse] holds the
// lock for a moment when it checks, which should not make Lock fail.
const (
	lockTries = 20
	lockPause = 10 * time.Millisecond
)

// held keeps the lock files reachable: the garbage collector would close them, and
// so release the locks.
var held sync.Map

// Lock makes the caller the only user of a folder until release is called or the
// process ends, in whatever way. The error is [ErrLocked] if there is already
// another user, even in this process. The lock is [LockFile], which is not removed.
func Lock(dir string) (release func() error, err error) {
	path := filepath.Join(dir, LockFile)
	if _, err := fault.Size(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	err = lock(f, exclusive)
	for try := 1; try < lockTries && errors.Is(err, ErrLocked); try++ {
		time.Sleep(lockPause)
		err = lock(f, exclusive)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	held.Store(f, nil)
	return func() error {
		held.Delete(f)
		return f.Close()
	}, nil
}

// InUse reports whether a folder has a user. It disturbs neither that user nor other
// callers of InUse: it takes a shared lock for a moment, and [Lock] keeps trying for
// longer than that. The error says that this cannot be determined, for example
// because the file system has no locks.
func InUse(dir string) (bool, error) {
	f, _, err := fault.Open(filepath.Join(dir, LockFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	err = lock(f, shared)
	if errors.Is(err, ErrLocked) {
		return true, nil
	}
	return false, err
}
