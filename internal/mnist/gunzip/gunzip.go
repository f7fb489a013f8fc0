// Package gunzip reads gzip files of one or more members, as gzip, pigz, bgzip and cat
// write them, with a limit on what a hostile file can cost.
package gunzip

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// A file may have this many members whatever they hold, and one more for each
// perMember bytes of content. Those of bgzip hold 64 KiB. A file of empty members
// would otherwise keep a reader busy without giving it anything.
const (
	freeMembers = 1024
	perMember   = 16 << 10
)

// MaxRatio is the most bytes that one byte of a gzip file can unpack to.
const MaxRatio = 1032

// ErrTrailing is the error of a file that goes on after the gzip data with anything but
// zeros, which are padding.
var ErrTrailing = errors.New("goes on after the gzip data, where it must end")

// Is reports whether a file that starts with start is compressed with gzip.
func Is(start []byte) bool { return bytes.HasPrefix(start, []byte{0x1f, 0x8b}) }

// A Reader reads the content of a gzip file: that of its members, one after another.
type Reader struct {
	file    *bufio.Reader
	member  *gzip.Reader
	members int
	content int64 // bytes read
	err     error // of the last Read
}

// NewReader returns a Reader of file. The error is that of [gzip.NewReader].
func NewReader(file *bufio.Reader) (*Reader, error) {
	member, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	member.Multistream(false)
	return &Reader{file: file, member: member, members: 1}, nil
}

// Read implements [io.Reader]. It returns io.EOF only after the checksums of all members
// were found right and the file has ended.
func (r *Reader) Read(p []byte) (int, error) {
	for r.err == nil {
		n, err := r.member.Read(p)
		r.content += int64(n)
		if err != io.EOF {
			return n, err
		}
		r.err = r.next()
		if n > 0 {
			return n, nil
		}
	}
	return 0, r.err
}

// next goes on to the next member. It returns io.EOF if there is none.
func (r *Reader) next() error {
	start, err := r.file.Peek(2)
	if len(start) == 0 {
		return err
	}
	if !Is(start) {
		return r.padding()
	}
	r.members++
	if most := freeMembers + r.content/perMember; int64(r.members) > most {
		return fmt.Errorf("must have at most %d members in its first %d bytes", most, r.content)
	}
	if err := r.member.Reset(r.file); err == io.EOF {
		return io.ErrUnexpectedEOF
	} else if err != nil {
		return err
	}
	r.member.Multistream(false)
	return nil
}

// padding reads the rest of the file, which must be zeros. It returns io.EOF if so.
func (r *Reader) padding() error {
	for {
		switch b, err := r.file.ReadByte(); {
		case err != nil:
			return err
		case b != 0:
			return ErrTrailing
		}
	}
}
