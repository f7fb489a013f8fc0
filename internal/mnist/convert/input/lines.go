package input

import (
	"bufio"
	"bytes"
	"errors"

	"mnistgpu/internal/fault"
)

// MaxLine is the most bytes that a line may have: enough for an image of 4000x4000
// pixels of four bytes each.
const MaxLine = 64 << 20

// ErrStop is returned by the function given to [File.EachLine] to read no further.
var ErrStop = errors.New("no more lines are needed")

// EachLine calls use for each line of the content, with its number from 1, without its
// end and without the byte-order mark that a file may begin with. The line is valid
// until use returns. The error is that of use, or names the file.
func (f File) EachLine(use func(number int, line []byte) error) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, MaxLine)
	for number := 1; lines.Scan(); number++ {
		line := lines.Bytes()
		if number == 1 {
			if IsUTF16(line) {
				return fault.Inf(f.Path, "must be text in UTF-8 (got UTF-16)")
			}
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if err := use(number, line); err == ErrStop {
			return nil
		} else if err != nil {
			return err
		}
	}
	if err := lines.Err(); err == bufio.ErrTooLong {
		return fault.Inf(f.Path, "lines must have at most %d bytes (got a longer one)", MaxLine)
	} else if err != nil {
		return fault.In(f.Path, err)
	}
	return nil
}

// IsUTF16 reports whether a text that starts with start is in UTF-16, as some programs on
// Windows write it.
func IsUTF16(start []byte) bool {
	return bytes.HasPrefix(start, []byte("\xff\xfe")) || bytes.HasPrefix(start, []byte("\xfe\xff"))
}
