// Package ui is the door between the commands and the terminal: what they read, what
// they print and where, and how numbers look.
//
// Results go to stdout. Everything else goes to stderr: errors and warnings always, notes
// and progress unless the command is quiet. On a terminal, progress is a bar that moves;
// elsewhere it is an occasional line.
package ui

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"

	"golang.org/x/term"

	"mnistgpu/internal/fault"
)

// IO is what a command reads from and writes to.
type IO struct {
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Getenv  func(name string) string
	Environ func() []string // all variables, each as NAME=value
	Quiet   bool            // print no notes and no progress

	err    error                       // the first error of a write to Stdout by a method of IO
	unread atomic.Pointer[fault.Error] // the first one of a write to Stderr, by any goroutine
}

// Standard returns the IO of this process.
func Standard() *IO {
	return &IO{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Environ: os.Environ}
}

// Write writes to Stdout. It returns no error: [IO.Err] keeps the first one, so that a
// command can print its results without checking every line, and what follows a failed
// write is dropped.
func (o *IO) Write(p []byte) (int, error) {
	if o.err == nil {
		if _, err := o.Stdout.Write(p); err != nil {
			o.err = cannotWrite("stdout", err)
		}
	}
	return len(p), nil
}

// cannotWrite returns the error of a failed write to stdout or stderr.
func cannotWrite(name string, err error) *fault.Error {
	return &fault.Error{Kind: fault.CannotWrite, Op: "cannot write to", Path: name, Err: fault.Cause(err)}
}

// Err returns the error of the first write to Stdout that failed, or else that of the
// first line that could not be printed on Stderr, or nil.
func (o *IO) Err() error {
	if unread := o.unread.Load(); o.err == nil && unread != nil {
		return unread
	}
	return o.err
}

// say prints a line on stderr. A line that cannot be printed stops nothing.
func (o *IO) say(format string, args ...any) {
	if _, err := fmt.Fprintln(o.Stderr, OneLine(fmt.Sprintf(format, args...))); err != nil {
		o.unread.CompareAndSwap(nil, cannotWrite("stderr", err))
	}
}

// Printf prints a result.
func (o *IO) Printf(format string, args ...any) { fmt.Fprintf(o, format, args...) }

// JSON prints a result as one line of JSON. It panics if the value has no JSON, such as
// a number that is not finite.
func (o *IO) JSON(value any) {
	if err := json.NewEncoder(o).Encode(value); err != nil {
		panic("ui: a result that is not JSON")
	}
}

// Notef prints a line on stderr, unless the command is quiet.
func (o *IO) Notef(format string, args ...any) {
	if !o.Quiet {
		o.say(format, args...)
	}
}

// Warnf prints a warning on stderr about something that does not stop the command.
func (o *IO) Warnf(format string, args ...any) {
	o.say("mnistgpu: WARNING: "+format, args...)
}

// Hintf prints on stderr what to do about the line before.
func (o *IO) Hintf(format string, args ...any) {
	o.say("hint: "+format, args...)
}

// Fail prints an error and its hint on stderr. It prints nothing for the end that the
// user asked for by a signal: the results have been printed.
func (o *IO) Fail(err error) {
	if fault.Stopped(err) {
		return
	}
	o.say("mnistgpu: %s", err)
	if hint := fault.Hint(err); hint != "" {
		o.Hintf("%s", hint)
	}
}

// OneLine joins the lines of a text.
func OneLine(s string) string { return strings.ReplaceAll(s, "\n", "; ") }

// Live reports whether progress is a bar on a terminal.
func (o *IO) Live() bool { return !o.Quiet && isTerminal(o.Stderr) }

// StdoutIsTerminal reports whether somebody reads the results as they are printed.
func (o *IO) StdoutIsTerminal() bool { return isTerminal(o.Stdout) }

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
