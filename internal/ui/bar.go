package ui

import (
	"math"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// LogInterval is the longest time that a command with progress is silent where there is
// no terminal.
const LogInterval = 30 * time.Second

// A Bar shows progress on a terminal. Elsewhere, and if the command is quiet, it shows
// nothing.
type Bar struct {
	bar *progressbar.ProgressBar // nil if nothing is shown
	io  *IO
}

// NewBar returns a bar that is full at total. A negative total is unknown.
func (o *IO) NewBar(total int64) *Bar {
	if !o.Live() {
		return &Bar{io: o}
	}
	return &Bar{progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(o.Stderr),
		progressbar.OptionSetWidth(16),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
	), o}
}

// Set shows how far the work is, and as many of the parts of a text as fit beside the
// bar. The first and the last part are kept longest.
func (b *Bar) Set(done int64, parts ...string) {
	if b.bar != nil {
		b.bar.Describe(fitParts(parts, b.io.columns()))
		b.bar.Set64(done)
	}
}

// Clear leaves the output at the start of a line.
func (b *Bar) Clear() {
	if b.bar != nil {
		b.bar.Clear()
	}
}

// Shown reports whether the bar can be seen.
func (b *Bar) Shown() bool { return b.bar != nil }

// barColumns is the width of the narrowest possible bar and of what surrounds it, with a
// column to spare.
const barColumns = len(" 100% ||  ") + 1

// columns returns how many characters fit beside a bar in the terminal. A longer line
// would wrap each time that it is drawn.
func (o *IO) columns() int {
	f, ok := o.Stderr.(*os.File)
	if !ok {
		return math.MaxInt
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return math.MaxInt
	}
	return width - barColumns
}

// JoinParts puts the parts of a text into a line.
func JoinParts(parts []string) string { return strings.Join(parts, "  ") }

// fitParts joins as many parts as fit into a number of columns. It drops parts from the
// end, but keeps the first and the last one, and truncates these if they are still too
// long.
func fitParts(parts []string, columns int) string {
	line := JoinParts(parts)
	for len(line) > columns && len(parts) > 2 {
		last := len(parts) - 1
		parts = append(parts[:last-1:last-1], parts[last])
		line = JoinParts(parts)
	}
	return line[:max(0, min(columns, len(line)))]
}
