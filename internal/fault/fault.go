// Package fault has the one kind of error that ends a command: what is wrong, with
// which file, what to do about it, and the exit code. It also has the one way to open a
// file that a user names.
package fault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// An Error is one line for the user: "OP PATH: ERR".
type Error struct {
	Kind Kind
	Op   string // what was tried, such as "cannot write", or ""
	Path string // the file, folder or address at fault, or ""
	Err  error  // what is wrong
	Hint string // what to do about it; "" leaves that to the Kind
}

// Error returns one line, without the hint.
func (e *Error) Error() string {
	text := e.Err.Error()
	if e.Path != "" {
		text = e.Path + ": " + text
	}
	if e.Op != "" {
		text = e.Op + " " + text
	}
	return text
}

// Unwrap returns what is wrong, without the path.
func (e *Error) Unwrap() error { return e.Err }

// WithHint sets what to do about e, and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// New returns an error of a kind.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Err: fmt.Errorf(format, args...)}
}

// Usage returns the error of a user who called a command in a way that makes no sense.
func Usage(format string, args ...any) *Error { return New(BadUsage, format, args...) }

// In returns the error of a file or folder that is missing or bad. It leaves out what
// err says of the path itself, and returns an Error about the path unchanged.
func In(path string, err error) *Error {
	if e, ok := err.(*Error); ok && e.Path == path {
		return e
	}
	return &Error{Kind: BadData, Path: path, Err: Cause(err)}
}

// Inf is [In] with a text as what is wrong.
func Inf(path, format string, args ...any) *Error {
	return In(path, fmt.Errorf(format, args...))
}

// Writing returns the error of a file or folder that cannot be written. It leaves out
// what err says of the path itself.
func Writing(path string, err error) *Error {
	return &Error{Kind: CannotWrite, Op: "cannot write", Path: path, Err: Cause(err)}
}

// Cause returns what is wrong, without the operation and the paths that an
// [*fs.PathError] or an [*os.LinkError] in err names. Any other error is returned
// unchanged.
func Cause(err error) error {
	var file *fs.PathError
	if errors.As(err, &file) {
		return file.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}

// Stopped reports whether err is the end that a signal asked for.
func Stopped(err error) bool {
	return Is(err, HungUp) || Is(err, Interrupted) || Is(err, Terminated)
}

// Of returns the first Error in err's tree, or nil if it has none.
func Of(err error) *Error {
	var e *Error
	errors.As(err, &e)
	return e
}

// Is reports whether the first Error in err's tree is of a kind.
func Is(err error, kind Kind) bool {
	e := Of(err)
	return e != nil && e.Kind == kind
}
