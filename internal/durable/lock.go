package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// ErrLocked says that a folder has another user.
var ErrLocked = errors.New("is in use by another process")

// lockName is the file in a folder that is locked in its stead: network file
// systems lock no folders.
const lockName = ".lock"

// How often, and how far apart, Lock tries: [InUse] has the file for a moment when it
// looks, which is no reason to refuse anyone.
const (
	lockTries = 20
	lockPause = 10 * time.Millisecond
)

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

// InUse reports whether a folder has a user, which it disturbs as little as others that
// ask: it shares the lock for a moment, and [Lock] tries for longer than that. The error
// says that nobody can know, as where the file system has no locks.
func InUse(dir string) (bool, error) {
	f, err := os.Open(filepath.Join(dir, lockName))
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
