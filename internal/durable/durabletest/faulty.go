// Package durabletest makes the file operations of a save fail in all the ways that
// a disk, a kill or a power cut can.
package durabletest

import (
	"errors"
	"fmt"
	"syscall"

	"mnistgpu/internal/durable"
)

// ErrShortWrite makes a write take only half of its bytes without an error.
var ErrShortWrite = errors.New("short write")

// Faults are what an operation can fail with.
var Faults = []error{syscall.ENOSPC, syscall.EIO, syscall.EDQUOT, syscall.EROFS, ErrShortWrite}

// Crash is what a crash panics with.
const Crash = "durabletest: crash"

// Faulty passes operations on to FS and makes one of them fail.
type Faulty struct {
	FS      durable.FS
	At      int   // the operation that fails, counted from 0
	Err     error // what it fails with, or nil for a crash
	Forever bool  // whether all later operations fail too
	After   bool  // whether it takes effect despite the failure

	Calls  int    // operations so far
	Failed string // the first operation that failed, or empty
}

// do counts an operation, and calls it or makes it fail.
func (f *Faulty) do(name string, call func() error) error {
	at := f.Calls
	f.Calls++
	if at != f.At && !(f.Forever && at > f.At) {
		return call()
	}
	if f.Failed == "" {
		f.Failed = name
	}
	if f.After {
		call()
	}
	if f.Err == nil {
		panic(Crash)
	}
	return fmt.Errorf("%s: %w", name, f.Err)
}

// Create is the operation of [durable.FS].
func (f *Faulty) Create(path string) (file durable.File, err error) {
	err = f.do("create", func() error {
		file, err = f.FS.Create(path)
		return err
	})
	if err != nil {
		if file != nil {
			file.Close()
		}
		return nil, err
	}
	return &faultyFile{f, file}, nil
}

// Rename is the operation of [durable.FS].
func (f *Faulty) Rename(from, to string) error {
	return f.do("rename", func() error { return f.FS.Rename(from, to) })
}

// Remove is the operation of [durable.FS].
func (f *Faulty) Remove(path string) error {
	return f.do("remove", func() error { return f.FS.Remove(path) })
}

// SyncDir is the operation of [durable.FS].
func (f *Faulty) SyncDir(dir string) error {
	return f.do("sync folder", func() error { return f.FS.SyncDir(dir) })
}

// ReadDir is the operation of [durable.FS].
func (f *Faulty) ReadDir(dir string) (names []string, err error) {
	err = f.do("read folder", func() error {
		names, err = f.FS.ReadDir(dir)
		return err
	})
	return names, err
}

// Open is the operation of [durable.FS].
func (f *Faulty) Open(path string) (s durable.Source, err error) {
	err = f.do("open", func() error {
		s, err = f.FS.Open(path)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &faultySource{f, s}, nil
}

type faultySource struct {
	f *Faulty
	durable.Source
}

// ReadAt reads half of b before it fails, as on a disk with a bad sector.
func (r *faultySource) ReadAt(b []byte, at int64) (n int, err error) {
	err = r.f.do("read", func() error {
		n, err = r.Source.ReadAt(b, at)
		return err
	})
	if err != nil && n == 0 {
		n, _ = r.Source.ReadAt(b[:len(b)/2], at)
	}
	return n, err
}

type faultyFile struct {
	f    *Faulty
	file durable.File
}

// Write writes half of b before it fails: a full disk takes what it can.
func (w *faultyFile) Write(b []byte) (n int, err error) {
	if w.f.Calls == w.f.At && !w.f.After {
		if n, err = w.file.Write(b[:len(b)/2]); err != nil {
			return n, err
		}
	}
	err = w.f.do("write", func() error {
		n, err = w.file.Write(b)
		return err
	})
	if errors.Is(err, ErrShortWrite) {
		return n, nil
	}
	return n, err
}

func (w *faultyFile) Sync() error { return w.f.do("sync", w.file.Sync) }

// Close closes the underlying file whether it fails or not, as operating systems
// do.
func (w *faultyFile) Close() error {
	err := w.f.do("close", func() error { return nil })
	return errors.Join(err, w.file.Close())
}
