// Package input opens the files of a data set, raw or compressed with gzip, and counts
// what has been read of them.
package input

import (
	"bufio"
	"errors"
	"io"
	"os"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist/gunzip"
)

// A Meter adds up what has been read. Its zero value and nil tell nobody.
type Meter struct {
	Report      func(done, total int64) // or nil
	done, total int64
}

// Expect adds n to what is to be read in total.
func (m *Meter) Expect(n int64) {
	if m != nil {
		m.total += n
	}
}

// Add reports that n more are done. Nothing counts before it is known how much there is.
func (m *Meter) Add(n int64) {
	if m == nil || m.Report == nil || m.total == 0 || n == 0 {
		return
	}
	m.done = min(m.done+n, m.total)
	m.Report(m.done, m.total)
}

// Finish reports that all is done.
func (m *Meter) Finish() {
	if m != nil {
		m.Add(m.total - m.done)
	}
}

// A File is a file of a data set.
type File struct {
	Path  string
	Meter *Meter // or nil
}

// Size returns the size of the file in bytes. The error is that of [fault.Size].
func (f File) Size() (int64, error) { return fault.Size(f.Path) }

// MaxContent returns the most bytes that the content can have: those of the file or, if
// it is compressed, what so many bytes can unpack to.
func (f File) MaxContent() (int64, error) {
	raw, err := f.open()
	if err != nil {
		return 0, err
	}
	defer raw.Close()
	var magic [2]byte
	if _, err := io.ReadFull(raw, magic[:]); err == nil && gunzip.Is(magic[:]) {
		return raw.size * gunzip.MaxRatio, nil
	}
	return raw.size, nil
}

// Start returns the first n bytes of the content, or all of it if there are fewer. It
// does not count them.
func (f File) Start(n int) ([]byte, error) {
	f.Meter = nil
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	start := make([]byte, n)
	got, err := io.ReadFull(r, start)
	if got == 0 && err != io.EOF {
		return nil, fault.In(f.Path, err)
	}
	return start[:got], nil // whoever reads on finds what is wrong after that
}

// A Raw is an open file, without decompression.
type Raw struct {
	*os.File
	size  int64
	meter *Meter
}

// OpenRaw opens the file for reading at any place.
func (f File) OpenRaw() (*Raw, error) { return f.open() }

func (f File) open() (*Raw, error) {
	file, size, err := fault.Open(f.Path)
	if err != nil {
		return nil, err
	}
	return &Raw{file, size, f.Meter}, nil
}

// Size returns the size of the file in bytes.
func (r *Raw) Size() int64 { return r.size }

// Read implements [io.Reader].
func (r *Raw) Read(p []byte) (int, error) {
	n, err := r.File.Read(p)
	r.meter.Add(int64(n))
	return n, err
}

// ReadAt implements [io.ReaderAt].
func (r *Raw) ReadAt(p []byte, at int64) (int, error) {
	n, err := r.File.ReadAt(p, at)
	r.meter.Add(int64(n))
	return n, err
}

// A Reader reads the content of a file.
type Reader struct {
	io.Reader
	raw *Raw
}

// Open opens the content of the file, which is decompressed if it starts like a gzip
// file, whatever its name is.
func (f File) Open() (*Reader, error) {
	raw, err := f.open()
	if err != nil {
		return nil, err
	}
	buffered := bufio.NewReaderSize(raw, 64<<10)
	if start, _ := buffered.Peek(2); !gunzip.Is(start) {
		return &Reader{buffered, raw}, nil
	}
	z, err := gunzip.NewReader(buffered)
	if err != nil {
		raw.Close()
		return nil, fault.Inf(f.Path, "gzip header is damaged: %w", whole(err))
	}
	return &Reader{bufio.NewReaderSize(gzipFaults{z}, 64<<10), raw}, nil
}

// Close closes the file.
func (r *Reader) Close() error { return r.raw.Close() }

// gzipFaults gives the errors of a compressed file plain words.
type gzipFaults struct{ *gunzip.Reader }

func (g gzipFaults) Read(p []byte) (int, error) {
	n, err := g.Reader.Read(p)
	if err != nil && err != io.EOF && err != gunzip.ErrTrailing {
		err = damaged{whole(err)}
	}
	return n, err
}

// damaged is the error of gzip data that cannot be read on.
type damaged struct{ error }

func (d damaged) Error() string { return "gzip data is damaged: " + d.error.Error() }

// whole replaces an unexpected end of file by plain words.
func whole(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errors.New("the file ends early")
	}
	return err
}
