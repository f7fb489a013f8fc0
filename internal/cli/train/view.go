package train

import (
	"fmt"
	"io"
	"time"

	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

// view shows the progress of a run.
type view interface {
	train.Observer
	// clear leaves the output at the start of a line.
	clear()
}

// newView returns the view that suits the terminal and the preset.
func newView(o *ui.IO, c train.Config) view {
	var v view = &logView{io: o}
	if o.Live() {
		v = &barView{io: o}
	}
	if c.Preset == "notebook" {
		v = notebookView{v, o, c.ValFraction > 0}
	}
	return v
}

// barView draws a bar that moves, for terminals.
type barView struct {
	io   *ui.IO
	plan train.Plan
	bar  *ui.Bar
}

func (v *barView) Begin(p train.Plan) {
	v.plan = p
	v.io.Notef("%s", planLine(p))
	v.bar = v.io.NewBar(int64(p.Steps))
}

func (v *barView) Progress(p train.Progress) { v.bar.Set(int64(p.Step), progressParts(p)...) }

func (v *barView) Evaluated(r train.Record) {
	v.bar.Clear()
	v.io.Notef("%s", recordLine(v.plan, r))
}

func (v *barView) clear() {
	if v.bar != nil {
		v.bar.Clear()
	}
}

// logView writes lines, for logs; none if the command is quiet.
type logView struct {
	io      *ui.IO
	plan    train.Plan
	written time.Time
}

func (v *logView) Begin(p train.Plan) {
	v.plan = p
	v.line(planLine(p))
}

func (v *logView) Progress(p train.Progress) {
	if time.Since(v.written) >= ui.LogInterval {
		v.line(ui.JoinParts(progressParts(p)))
	}
}

func (v *logView) Evaluated(r train.Record) { v.line(recordLine(v.plan, r)) }

func (v *logView) clear() {}

func (v *logView) line(s string) {
	v.io.Notef("%s", s)
	v.written = time.Now()
}

// notebookView also prints what the tutorial printed, on stdout.
type notebookView struct {
	view
	stdout     io.Writer
	validation bool
}

func (v notebookView) Begin(p train.Plan) {
	fmt.Fprintf(v.stdout, "Training set (%d, %d) (%d, %d)\n", p.TrainImages, p.Pixels, p.TrainImages, p.Classes)
	fmt.Fprintf(v.stdout, "Test set (%d, %d) (%d, %d)\n", p.TestImages, p.Pixels, p.TestImages, p.Classes)
	fmt.Fprintln(v.stdout, "Initialized")
	v.view.Begin(p)
}

func (v notebookView) Evaluated(r train.Record) {
	v.view.Evaluated(r)
	fmt.Fprintf(v.stdout, "Loss at step %d: %f\n", r.Step, r.Loss)
	fmt.Fprintf(v.stdout, "Training accuracy: %.1f%%\n", 100*r.TrainAccuracy)
	if v.validation {
		fmt.Fprintf(v.stdout, "Validation accuracy: %.1f%%\n", 100*r.ValAccuracy)
	}
	fmt.Fprintf(v.stdout, "Test accuracy: %.1f%%\n", 100*r.TestAccuracy)
}
