package mnist

import (
	"errors"
	"fmt"
	"net/url"

	"mnistgpu/internal/oserror"
)

// An Error is a fault of the data: a file that is missing, damaged or not what it
// should be. Every fault that this package returns is an *Error or wraps one,
// except the error of a context that ended.
type Error struct {
	Path string // the file or folder at fault
	Err  error  // what is wrong, and what is wanted instead
	Hint string // what to do about it, or empty
}

// Error returns one line: the path, what is wrong, and what is wanted instead.
func (e *Error) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap returns what is wrong, without the path.
func (e *Error) Unwrap() error { return e.Err }

// faultf returns an *Error about path.
func faultf(path, format string, args ...any) error {
	return &Error{Path: path, Err: fmt.Errorf(format, args...)}
}

// cause strips from err the operation and the path or address, which the caller
// adds itself.
func cause(err error) error {
	var request *url.Error
	if errors.As(err, &request) {
		err = request.Err
	}
	return oserror.Cause(err)
}
