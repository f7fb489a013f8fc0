package shared

import (
	"io"
	"os"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/machine"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/mnist/convert"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

// How data without a test set are split, unless data import is told otherwise.
const (
	TestFraction = 0.15
	SplitSeed    = 1
)

// IsForeign reports whether name is that of data in another form than MNIST's four files:
// a file, or a folder of other files. What does not exist is left to whoever opens it.
func IsForeign(name string) bool {
	if settings.BuiltIn(name) {
		return false
	}
	info, err := os.Stat(name)
	return err == nil && (info.Mode().IsRegular() || info.IsDir() && !mnist.HasFiles(name))
}

// Load reads data in any form that [convert.Load] takes. The memory that is free limits
// their size. It tells what is skipped and what is assumed, and shows how far it is. If list
// is not nil, it gets a line for everything that is skipped; it must not fail.
func Load(o *ui.IO, path string, options convert.Options, list io.Writer) (*convert.Set, error) {
	bar := &readingBar{io: o, path: path}
	skipped := newSkipReporter(bar.note, list)
	defer skipped.finish()
	options.Memory = int64(min(max(machine.FreeMemory(), machine.Little), 1<<60))
	options.Skip, options.Progress = skipped.skip, bar.progress
	set, err := convert.Load(path, options)
	bar.clear()
	if err != nil {
		return nil, err
	}
	for _, fact := range set.Facts {
		o.Notef("%s", fact)
	}
	return set, nil
}

// openForeign reads data to train or test with.
func openForeign(o *ui.IO, path string, classes settings.Classes) (*mnist.Dataset, error) {
	set, err := Load(o, path, convert.Options{Names: classes.Names}, nil)
	if err != nil {
		return nil, err
	}
	if classes.Count > 0 && classes.Count != len(set.Names) {
		return nil, fault.Inf(path, "has %d classes, not %d", len(set.Names), classes.Count)
	}
	data, err := set.Dataset(TestFraction, SplitSeed)
	if err != nil {
		return nil, fault.In(path, err)
	}
	return data, nil
}

// A readingBar shows how far a file or folder has been read.
type readingBar struct {
	io    *ui.IO
	path  string
	total int64
	bar   *ui.Bar
}

// progress is called while data are read, with bytes or files.
func (r *readingBar) progress(done, total int64) {
	if r.bar == nil || total != r.total {
		r.clear()
		r.total, r.bar = total, r.io.NewBar(total)
	}
	r.bar.Set(done, "reading "+r.path)
}

// note prints a line beside the bar.
func (r *readingBar) note(line string) {
	r.clear()
	r.io.Notef("%s", line)
}

// clear leaves the output at the start of a line.
func (r *readingBar) clear() {
	if r.bar != nil {
		r.bar.Clear()
		r.bar = nil
	}
}
