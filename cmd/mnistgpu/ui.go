package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"mnistgpu/internal/train"
)

// The rules of output: results go to stdout. Everything else goes to stderr: errors and
// warnings always, progress unless --quiet. On a terminal, progress is a live bar;
// elsewhere it is a line for each evaluation, and an occasional one between them.

// warn prints a warning in one line on stderr, about something that does not stop the
// command.
func warn(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "mnistgpu: WARNING: %s\n", oneLine(fmt.Sprintf(format, args...)))
}

// progressView shows the progress of a run.
type progressView interface {
	train.Observer
	// finish leaves the output at the start of a line.
	finish()
}

// newProgressView returns the view that suits stderr.
func newProgressView(quiet bool) progressView {
	switch {
	case quiet:
		return quietView{}
	case term.IsTerminal(int(os.Stderr.Fd())):
		return &liveView{}
	}
	return &plainView{}
}

// quietView shows nothing.
type quietView struct{}

func (quietView) Begin(train.Plan)        {}
func (quietView) Progress(train.Progress) {}
func (quietView) Evaluated(train.Record)  {}
func (quietView) finish()                 {}

// plainView writes lines, for logs.
type plainView struct {
	plan    train.Plan
	written time.Time
}

// plainInterval is the longest time that a log is silent.
const plainInterval = 30 * time.Second

func (v *plainView) Begin(p train.Plan) {
	v.plan = p
	v.line(planLine(p))
}

func (v *plainView) Progress(p train.Progress) {
	if time.Since(v.written) >= plainInterval {
		v.line(joinParts(progressParts(p)))
	}
}

func (v *plainView) Evaluated(r train.Record) { v.line(recordLine(v.plan, r)) }

func (v *plainView) finish() {}

func (v *plainView) line(s string) {
	fmt.Fprintln(os.Stderr, s)
	v.written = time.Now()
}

// notebook also prints what the tutorial printed, on stdout.
type notebook struct {
	progressView
	stdout     io.Writer
	validation bool
}

func (n notebook) Begin(p train.Plan) {
	fmt.Fprintf(n.stdout, "Training set (%d, %d) (%d, %d)\n", p.TrainImages, p.Pixels, p.TrainImages, p.Classes)
	fmt.Fprintf(n.stdout, "Test set (%d, %d) (%d, %d)\n", p.TestImages, p.Pixels, p.TestImages, p.Classes)
	fmt.Fprintln(n.stdout, "Initialized")
	n.progressView.Begin(p)
}

func (n notebook) Evaluated(r train.Record) {
	n.progressView.Evaluated(r)
	fmt.Fprintf(n.stdout, "Loss at step %d: %f\n", r.Step, r.Loss)
	fmt.Fprintf(n.stdout, "Training accuracy: %.1f%%\n", 100*r.TrainAccuracy)
	if n.validation {
		fmt.Fprintf(n.stdout, "Validation accuracy: %.1f%%\n", 100*r.ValAccuracy)
	}
	fmt.Fprintf(n.stdout, "Test accuracy: %.1f%%\n", 100*r.TestAccuracy)
}
