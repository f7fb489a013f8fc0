//go:build cuda && linux

package gpu

import (
	"errors"

	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
)

// Error is a fault of the device.
type Error struct {
	Op  string // the verb, or the function or method of this package
	Err error  // what the driver said

	kind error
}

// Error is one line: op, call, what the driver said.
func (e *Error) Error() string { return e.Op + ": " + e.Err.Error() }

// Unwrap returns the kind of the fault: backend.ErrOutOfMemory, or else
// backend.ErrNoDevice from Open, and backend.ErrDeviceLost or backend.ErrStepTimeout from
// anything later. It does not return Err, which may be of another kind: the driver calls
// a device that has gone away unusable, even if it was in use.
func (e *Error) Unwrap() error { return e.kind }

// unopened returns the error of an Open that failed with err: err itself if no call to
// the driver failed, since a missing library explains itself.
func unopened(err error) error {
	if call := new(driver.Error); !errors.As(err, &call) {
		return err
	}
	if errors.Is(err, backend.ErrOutOfMemory) {
		return &Error{"Open", err, backend.ErrOutOfMemory}
	}
	return &Error{"Open", err, backend.ErrNoDevice}
}

// failed returns the Error of an op that failed with err.
func failed(op string, err error) *Error {
	for _, kind := range []error{backend.ErrOutOfMemory, backend.ErrStepTimeout} {
		if errors.Is(err, kind) {
			return &Error{op, err, kind}
		}
	}
	return &Error{op, err, backend.ErrDeviceLost}
}

// fail keeps err and its op, if it is the first fault, and returns the fault that is
// kept.
func (b *Backend) fail(op string, err error) error {
	if err != nil && b.err == nil {
		b.err = failed(op, err)
	}
	return b.err
}
