package shared

import (
	"context"

	"mnistgpu/internal/mnist"
	"mnistgpu/internal/mnist/form"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

// OpenData is [ReadData] for a network, and tells what images that are not built in look
// like. If their background is light, they are inverted.
func OpenData(ctx context.Context, o *ui.IO, name string, classes settings.Classes) (*mnist.Dataset, error) {
	data, err := ReadData(ctx, o, name, classes)
	if err == nil {
		look(name, data)
		tell(o, name, data)
	}
	return data, err
}

// ReadData loads the data of the given name, which is that of --data, with a number of
// classes, or none to take it from the data; names are for data that have labels in words. It
// warns if synthetic digits replace MNIST.
func ReadData(ctx context.Context, o *ui.IO, name string, classes settings.Classes) (*mnist.Dataset, error) {
	if IsForeign(name) {
		return openForeign(o, name, classes)
	}
	source := mnist.Environment(o.Getenv)
	bar := &downloadBar{io: o}
	source.Progress = bar.progress
	data, err := loadData(ctx, name, name, classes.Count, source)
	bar.clear()
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err == nil && data.Fallback != "" {
		o.Warnf("MNIST is not available: using synthetic digits")
		o.Hintf("%s", data.Fallback)
	}
	return data, err
}

// look measures data of a name, unless they are built in, and inverts a light background:
// networks that see zeros where there is nothing learn faster, and the CPU skips zeros.
func look(name string, data *mnist.Dataset) {
	if !settings.BuiltIn(name) {
		data.Measure()
		data.Invert(data.Measured.Background == form.Light)
	}
}

// tell says what was measured of data of a name.
func tell(o *ui.IO, name string, data *mnist.Dataset) {
	if data.Measured.Images > 0 {
		o.Notef("%s: %v", name, data.Measured)
	}
}

// loadData loads the data that spec names; name is what the user called them.
func loadData(ctx context.Context, name, spec string, classes int, source mnist.Source) (*mnist.Dataset, error) {
	if classes == 0 {
		names, err := ClassNames(name)
		if err != nil {
			return nil, err
		}
		classes = len(names)
	}
	return mnist.Open(ctx, spec, classes, source)
}

// ReadAhead starts to read the data on another goroutine while the caller opens the
// backend: a GPU takes longer to open than a data set, and must be opened on the
// goroutine that uses it. The function returned is [OpenData], except that it need not
// read the data again. It tells, downloads and fails just like OpenData, and only when it
// is called.
func ReadAhead(ctx context.Context, o *ui.IO, name string, classes settings.Classes) func() (*mnist.Dataset, error) {
	if IsForeign(name) {
		return func() (*mnist.Dataset, error) { return OpenData(ctx, o, name, classes) }
	}
	early := earlyData(ctx, o, name, classes.Count)
	return func() (*mnist.Dataset, error) {
		if data := <-early; data != nil {
			tell(o, name, data)
			return data, nil
		}
		return OpenData(ctx, o, name, classes)
	}
}

// earlyData reads the data that are on this machine's disk. It sends nil if they are
// missing or bad.
func earlyData(ctx context.Context, o *ui.IO, name string, classes int) <-chan *mnist.Dataset {
	source := mnist.Environment(o.Getenv)
	source.Mirrors = nil
	spec := name
	if spec == "auto" {
		spec = "mnist"
	}
	early := make(chan *mnist.Dataset, 1)
	go func() {
		data, err := loadData(ctx, name, spec, classes, source)
		if err != nil {
			data = nil
		} else {
			look(name, data)
		}
		early <- data
	}()
	return early
}

// ClassNames returns the names of the classes of data: those in the folder's classes.txt,
// or those of ten digits. Problems with the folder itself are left to whoever opens it.
func ClassNames(data string) ([]string, error) {
	digits := mnist.DefaultNames(10)
	if settings.BuiltIn(data) || !IsFolder(data) {
		return digits, nil
	}
	names, err := mnist.ReadNames(data)
	if err != nil || names != nil {
		return names, err
	}
	return digits, nil
}

// downloadBar shows a download: a bar for each file on a terminal, and elsewhere a line.
type downloadBar struct {
	io   *ui.IO
	file string
	bar  *ui.Bar
}

// progress is called as a file's bytes arrive. The total is -1 while unknown.
func (d *downloadBar) progress(file string, done, total int64) {
	if file != d.file {
		d.clear()
		d.file, d.bar = file, d.io.NewBar(total)
		if !d.bar.Shown() {
			d.io.Notef("downloading %s", file)
		}
	}
	d.bar.Set(done, "downloading "+file, ui.Megabytes(done))
}

// clear leaves the output at the start of a line.
func (d *downloadBar) clear() {
	if d.bar != nil {
		d.bar.Clear()
	}
}
