package main

import (
	"fmt"
	"math"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"mnistgpu/internal/train"
)

// liveView draws a bar that moves, for terminals.
type liveView struct {
	plan train.Plan
	bar  *progressbar.ProgressBar
}

func (v *liveView) Begin(p train.Plan) {
	v.plan = p
	fmt.Fprintln(os.Stderr, planLine(p))
	v.bar = newBar(int64(p.Steps))
}

func (v *liveView) Progress(p train.Progress) {
	v.bar.Describe(fitParts(progressParts(p), textRoom()))
	v.bar.Set(p.Step)
}

func (v *liveView) Evaluated(r train.Record) {
	v.bar.Clear()
	fmt.Fprintln(os.Stderr, recordLine(v.plan, r))
}

func (v *liveView) finish() {
	if v.bar != nil {
		v.bar.Clear()
	}
}

// barTakes is the width of the narrowest possible bar and of what surrounds it, with a
// column to spare.
const barTakes = len(" 100% ||  ") + 1

// textRoom returns how many characters fit beside a bar in the terminal. A longer line
// would wrap each time that it is drawn.
func textRoom() int {
	width, _, err := term.GetSize(int(os.Stderr.Fd()))
	if err != nil || width <= 0 {
		return math.MaxInt
	}
	return width - barTakes
}

// newBar returns a bar on stderr that is full at total.
func newBar(total int64, more ...progressbar.Option) *progressbar.ProgressBar {
	options := []progressbar.Option{
		progressbar.OptionSetWriter(os.Stderr),
		progressbar.OptionSetWidth(16),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
	}
	return progressbar.NewOptions64(total, append(options, more...)...)
}

// downloadBar shows a download: a bar for each file on a terminal, and elsewhere a
// line.
type downloadBar struct {
	quiet bool
	file  string
	bar   *progressbar.ProgressBar
}

// progress is called as a file's bytes arrive. The total is -1 while unknown.
func (d *downloadBar) progress(file string, done, total int64) {
	if d.quiet {
		return
	}
	live := term.IsTerminal(int(os.Stderr.Fd()))
	if file != d.file {
		d.finish()
		d.file = file
		if live {
			d.bar = newBar(total, progressbar.OptionShowBytes(true), progressbar.OptionSetDescription("downloading "+file))
		} else {
			fmt.Fprintf(os.Stderr, "downloading %s\n", file)
		}
	}
	if d.bar != nil {
		d.bar.Set64(done)
	}
}

// finish leaves the output at the start of a line.
func (d *downloadBar) finish() {
	if d.bar != nil {
		d.bar.Clear()
		d.bar = nil
	}
}
