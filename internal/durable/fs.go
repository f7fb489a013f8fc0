// Package durable writes files so that a crash, a full disk or a power cut leaves
// either the old content or the new, never a part of either.
package durable

import (
	"errors"
	"io"
	"os"
	"runtime"
	"syscall"

	"mnistgpu/internal/fault"
)

// FS is the set of file operations that saving and loading use. Tests inject
// faults into them.
type FS interface {
	// Create creates the file path, which must not exist.
	Create(path string) (File, error)

	// Rename moves a file atomically, replacing any other at the new path.
	Rename(from, to string) error

	// Remove deletes a file.
	Remove(path string) error

	// SyncDir waits until the names in a folder are on the disk.
	SyncDir(dir string) error

	// ReadDir returns the names of the entries of a folder.
	ReadDir(dir string) ([]string, error)

	// Open opens the regular file path, like [fault.Open].
	Open(path string) (Source, error)
}

// File is a file that is being written.
type File interface {
	io.WriteCloser

	// Sync waits until what was written is on the disk.
	Sync() error
}

// Source is a file that is being read.
type Source interface {
	io.ReaderAt
	io.Closer

	// Size returns the number of bytes in the file.
	Size() int64
}

// Disk is the file system of this machine.
var Disk FS = disk{}

type disk struct{}

// Create leaves the permissions to the user's umask.
func (disk) Create(path string) (File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}

func (disk) Rename(from, to string) error { return os.Rename(from, to) }

func (disk) Remove(path string) error { return os.Remove(path) }

// SyncDir does nothing on Windows, which has no such call, and ignores the error of
// a file system that does not support it.
func (disk) SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, f.Close())
}

func (disk) ReadDir(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, nil
}

func (disk) Open(path string) (Source, error) {
	f, size, err := fault.Open(path)
	if err != nil {
		return nil, err
	}
	return source{f, size}, nil
}

type source struct {
	*os.File
	size int64
}

func (s source) Size() int64 { return s.size }
