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
// backend.ErrNoDevice from Open and backend.ErrDeviceLost from anything later. It does
// not return Err, which may be of another kind: the driver calls a device that has gone
// away unusable, even if it was in use.
func (e *Error) Unwrap() error { return e.kind }

// Timeout reports whether the device finished nothing for Options.StepTimeout.
func (e *Error) Timeout() bool {
	var cause interface{ Timeout() bool } // the driver's, or that of a fault amid a replay
	return errors.As(e.Err, &cause) && cause.Timeout()
}

// unopened returns the error of an Open that failed with err: err itself if no call to
// the driver failed, since a missing library explains itself.
func unopened(err error) error {
	if call := new(driver.Error); !errors.As(err, &call) {
		return err
	}
	return &Error{"Open", err, kindOf(err, backend.ErrNoDevice)}
}

// fault returns the Error of an op that failed with err.
func fault(op string, err error) *Error {
	return &Error{op, err, kindOf(err, backend.ErrDeviceLost)}
}

func kindOf(err, otherwise error) error {
	if errors.Is(err, backend.ErrOutOfMemory) {
		return backend.ErrOutOfMemory
	}
	return otherwise
}

// fail keeps err and its op, if it is the first fault, and returns the fault that is
// kept.
func (b *Backend) fail(op string, err error) error {
	if err != nil && b.err == nil {
		b.err = fault(op, err)
	}
	return b.err
}
