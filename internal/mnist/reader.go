package mnist

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist/gunzip"
)

// A reader parses the content of an IDX file and keeps track of its position.
type reader struct {
	path    string
	file    *bufio.Reader
	content io.Reader // file, or its decompressed content
	pos     int64     // bytes of content read
}

// newReader returns a reader of src, which is compressed if it starts like a gzip
// file.
func newReader(path string, src io.Reader) (*reader, error) {
	r := &reader{path: path, file: bufio.NewReaderSize(src, 64<<10)}
	r.content = r.file
	if start, _ := r.file.Peek(2); !gunzip.Is(start) {
		return r, nil
	}
	z, err := gunzip.NewReader(r.file)
	if err != nil {
		return nil, fault.Inf(path, "gzip header is damaged: %w", whole(err))
	}
	r.content = z
	return r, nil
}

// header reads the magic number, which must be magic, and n dimensions.
func (r *reader) header(magic uint32, kind string, n int) ([]uint64, error) {
	size := 4 + 4*n
	word, err := r.take(4, size)
	if err != nil {
		return nil, err
	}
	if binary.BigEndian.Uint32(word) != magic {
		return nil, fault.Inf(r.path, "magic number must be 0x%08x, of an IDX file of %s (got 0x%x%s)",
			magic, kind, word, printable(word))
	}
	words, err := r.take(4*n, size)
	if err != nil {
		return nil, err
	}
	dims := make([]uint64, n)
	for i := range dims {
		dims[i] = uint64(binary.BigEndian.Uint32(words[4*i:]))
	}
	return dims, nil
}

// printable returns word in quotes if it is text, as at the start of a web page
// saved under the name of a data file.
func printable(word []byte) string {
	for _, c := range word {
		if c < ' ' || c > '~' {
			return ""
		}
	}
	return fmt.Sprintf(" (%q)", word)
}

// rest reads n bytes, which must be all that is left.
func (r *reader) rest(n int) ([]byte, error) {
	data, err := r.take(n, int(r.pos)+n)
	if err != nil {
		return nil, err
	}
	var extra [1]byte
	switch _, err := io.ReadFull(r.content, extra[:]); {
	case err == nil:
		return nil, fault.Inf(r.path, "goes on after byte %d, where it must end", r.pos)
	case err == gunzip.ErrTrailing:
		return nil, fault.In(r.path, err)
	case err != io.EOF:
		return nil, r.damaged(err)
	}
	return data, nil
}

// take reads n bytes of a part of the content that should end at byte end. Memory
// grows with the bytes read, so a short file that claims to be large costs little.
func (r *reader) take(n, end int) ([]byte, error) {
	data := make([]byte, 0, min(n, 64<<10))
	for len(data) < n {
		if len(data) == cap(data) {
			data = slices.Grow(data, min(len(data), n-len(data)))
		}
		got, err := r.content.Read(data[len(data):min(cap(data), n)])
		data = data[:len(data)+got]
		r.pos += int64(got)
		if len(data) == n {
			break
		}
		if err == io.EOF {
			return nil, fault.Inf(r.path, "must have %d bytes (got %d)", end, r.pos)
		}
		if err != nil {
			return nil, r.damaged(err)
		}
	}
	return data, nil
}

// damaged explains why the content cannot be read past the current byte.
func (r *reader) damaged(err error) error {
	if r.content == io.Reader(r.file) {
		return fault.Inf(r.path, "cannot be read after byte %d: %w", r.pos, fault.Cause(err))
	}
	return fault.Inf(r.path, "gzip data is damaged after byte %d of the content: %w", r.pos, whole(err))
}

// whole replaces an unexpected end of file by plain words.
func whole(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errors.New("the file ends early")
	}
	return err
}
