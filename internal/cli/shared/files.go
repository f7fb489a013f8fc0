package shared

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/run"
)

// OtherFile is the hint of commands that never overwrite a file.
const OtherFile = "name a file that does not exist yet"

// RefuseExisting returns an error if something exists at path, so that it is not
// overwritten.
func RefuseExisting(path, hint string) error {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = fs.ErrExist
	}
	return fault.Writing(path, err).WithHint("%s", hint)
}

// WriteNew writes a file that must not exist yet.
func WriteNew(path string, content []byte) error {
	if err := RefuseExisting(path, OtherFile); err != nil {
		return err
	}
	folder := run.Dir{Path: filepath.Dir(path)}
	return folder.Write(filepath.Base(path), content)
}

// Exists reports whether there is something at path.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
