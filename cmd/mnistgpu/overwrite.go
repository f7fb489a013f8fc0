package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	faults "mnistgpu/internal/fault"
	"mnistgpu/internal/run"
)

// otherFile is the hint of commands that never overwrite a file.
const otherFile = "name a file that does not exist yet"

// refuseExisting returns an error if something exists at path, so that it is not
// overwritten.
func refuseExisting(path, hint string) error {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = fs.ErrExist
	}
	return &failure{code: exitCannotWrite, err: fmt.Errorf("cannot write %s: %w", path, faults.Cause(err)), hint: hint}
}

// writeNew writes a file that must not exist yet.
func writeNew(path string, content []byte) error {
	if err := refuseExisting(path, otherFile); err != nil {
		return err
	}
	folder := run.Dir{Path: filepath.Dir(path)}
	return folder.Write(filepath.Base(path), content)
}
