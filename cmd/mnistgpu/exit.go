package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	faults "mnistgpu/internal/fault" // tests declare fault
)

// The exit codes are part of the command's contract.
const (
	exitDone         = 0
	exitFailure      = 1
	exitUsage        = 2
	exitData         = 3
	exitNoDevice     = 4
	exitDeviceLost   = 5
	exitOutOfMemory  = 6
	exitDiverged     = 7
	exitCannotWrite  = 8
	exitTarget       = 9
	exitCannotListen = 10
	exitSignal       = 128 // plus the signal's number
)

// exitCodes documents the exit codes, for help texts.
const exitCodes = `    0  done
    1  internal failure
    2  usage: a flag or argument makes no sense
    3  data or a model is missing or bad
    4  no usable device
    5  device lost
    6  out of device memory
    7  diverged: a loss or weight is not finite, or --verify-every found a wrong number
    8  cannot write
    9  target accuracy missed
   10  cannot listen: the address is taken, or not this machine's
  130  interrupted (SIGINT), after the results so far were saved
  143  terminated (SIGTERM), after the results so far were saved`

// failure is an error whose exit code or hint is known where it occurs.
type failure struct {
	code int
	err  error
	hint string // what to do about it, or empty
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// exitCode returns the code that tells scripts what kind of error err is.
func exitCode(err error) int {
	var known *failure
	var stopped *interruption
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &stopped):
		return exitSignal + int(stopped.signal)
	case errors.As(err, &known):
		return known.code
	case faults.Of(err) != nil:
		return faults.ExitCode(err)
	case stdoutError(err) != nil:
		return exitCannotWrite
	}
	return exitFailure
}

// hint returns what to do about err, or "".
func hint(err error) string {
	var known *failure
	switch {
	case errors.As(err, &known):
		return known.hint
	case faults.Of(err) != nil:
		return faults.Hint(err)
	}
	return ""
}

// stdoutError returns the error of a write to stdout in err's chain, or nil.
func stdoutError(err error) *fs.PathError {
	var file *fs.PathError
	if errors.As(err, &file) && file.Op == "write" && file.Path == os.Stdout.Name() {
		return file
	}
	return nil
}

// printError writes err in one line, and its hint in another.
func printError(w io.Writer, err error) {
	var stopped *interruption
	if errors.As(err, &stopped) {
		return // the user asked for it, and the results have been printed
	}
	text := err.Error()
	if out := stdoutError(err); out != nil {
		text = strings.Replace(text, out.Error(), fmt.Sprintf("cannot write to stdout: %v", out.Err), 1)
	}
	fmt.Fprintf(w, "mnistgpu: %s\n", oneLine(text))
	if h := hint(err); h != "" {
		fmt.Fprintf(w, "hint: %s\n", oneLine(h))
	}
}

func oneLine(s string) string { return strings.ReplaceAll(s, "\n", "; ") }
