package model

import (
	"errors"
	"fmt"
	"io"
	"os"

	"mnistgpu/internal/oserror"
)

// An Error is a fault of a model file.
type Error struct {
	Path string // the file at fault, or empty if only its content is known
	Err  error  // what is wrong, and what is wanted instead
}

// Error returns one line: the path, what is wrong, and what is wanted instead.
func (e *Error) Error() string {
	if e.Path == "" {
		return e.Err.Error()
	}
	return e.Path + ": " + e.Err.Error()
}

// Unwrap returns what is wrong, without the path.
func (e *Error) Unwrap() error { return e.Err }

func faultf(format string, args ...any) error {
	return &Error{Err: fmt.Errorf(format, args...)}
}

// Read reads the model in a file. The error is an [*Error].
func Read(path string) (*Model, error) {
	m, err := read(path)
	if err == nil {
		return m, nil
	}
	var fault *Error
	if errors.As(err, &fault) {
		return nil, &Error{path, fault.Err}
	}
	return nil, &Error{path, oserror.Cause(err)}
}

// read checks the start of a file before it reads the whole of it into memory, so
// that naming a huge file by mistake does no harm.
func read(path string) (*Model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, faultf("is not a regular file")
	}
	start := make([]byte, min(info.Size(), lengthSize+1))
	if _, err := io.ReadFull(f, start); err != nil {
		return nil, err
	}
	if err := checkStart(start, info.Size()); err != nil {
		return nil, err
	}
	content := make([]byte, info.Size())
	if _, err := f.ReadAt(content, 0); err != nil {
		return nil, err
	}
	return Decode(content)
}
