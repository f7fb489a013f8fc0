// Package run manages the folder of a run: it creates and locks the folder, writes its
// files, which are either complete or absent, and reads them back for other commands.
package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"mnistgpu/internal/durable"
	"mnistgpu/internal/fault"
)

// Dir is a run's folder.
type Dir struct {
	Path    string
	created bool     // by Create
	parents []string // parent folders created for it, outermost first
	written []string // names given to Write
}

// Next creates the first of the folders parent/NAME-001, parent/NAME-002 and so on
// that does not exist yet. The error is of the kind fault.CannotWrite.
func Next(parent, name string) (*Dir, error) {
	for i := 1; ; i++ {
		d, err := Create(filepath.Join(parent, fmt.Sprintf("%s-%03d", name, i)))
		if !errors.Is(err, fs.ErrExist) {
			return d, err
		}
	}
}

// Create creates the folder path, which must not exist. The error is of the
// kind fault.CannotWrite.
func Create(path string) (*Dir, error) {
	d := &Dir{Path: path}
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			break
		}
		d.parents = append([]string{dir}, d.parents...)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, d.undo(err)
	}
	if err := os.Mkdir(path, 0o777); err != nil {
		return nil, d.undo(err)
	}
	d.created = true
	return d, nil
}

// undo removes the parent folders that Create made, and wraps err.
func (d *Dir) undo(err error) error {
	d.removeParents()
	return fault.Writing(d.Path, err)
}

// Discard removes the folder, with what Write wrote to it, and the parent folders
// created for it, so that a run that failed before its first step leaves no trace. A
// folder that has other files, or that Create did not make, stays; on Windows, one that is
// locked stays too.
func (d *Dir) Discard() {
	if !d.created {
		return
	}
	for _, name := range append(d.written, durable.LockFile) {
		os.Remove(filepath.Join(d.Path, name))
	}
	os.Remove(d.Path)
	d.removeParents()
}

func (d *Dir) removeParents() {
	for _, parent := range slices.Backward(d.parents) {
		os.Remove(parent)
	}
}

// Write writes content to the file name in the folder. It replaces an existing file
// only when content is safely on the disk. The error is of the kind fault.CannotWrite; see
// [durable.Write] for what the file then holds.
func (d *Dir) Write(name string, content []byte) error {
	if !slices.Contains(d.written, name) {
		d.written = append(d.written, name)
	}
	path := filepath.Join(d.Path, name)
	if err := durable.Write(durable.Disk, path, content); err != nil {
		return fault.Writing(path, err)
	}
	return nil
}

// Lock makes this process the only one that writes to the folder, until it ends or
// calls release. The error is of the kind fault.CannotWrite, which wraps [durable.ErrLocked] if
// the folder is locked already.
func (d *Dir) Lock() (release func() error, err error) {
	release, err = durable.Lock(d.Path)
	if err != nil {
		return nil, fault.Writing(d.Path, err)
	}
	return release, nil
}
