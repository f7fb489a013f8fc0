package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"mnistgpu/internal/oserror"
	"mnistgpu/internal/rundir"
)

// otherFile is the hint where nothing overwrites a file.
const otherFile = "name a file that is not there yet"

// refuseExisting keeps what is at path from being overwritten.
func refuseExisting(path, hint string) error {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = fs.ErrExist
	}
	return &failure{code: exitCannotWrite, err: fmt.Errorf("cannot write %s: %w", path, oserror.Cause(err)), hint: hint}
}

// writeNew writes a file that is not there yet.
func writeNew(path string, content []byte) error {
	if err := refuseExisting(path, otherFile); err != nil {
		return err
	}
	folder := rundir.Dir{Path: filepath.Dir(path)}
	return folder.Write(filepath.Base(path), content)
}
