// Package csv reads images from tables in text files: a line for each image, with its
// label and its pixels, row by row.
//
// Fields may be separated by commas, semicolons, tabs or spaces. There may be a header,
// which finds the labels and leaves out columns that only number the lines.
package csv

import (
	"bytes"
	"fmt"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist/convert/input"
	"mnistgpu/internal/mnist/convert/sample"
)

// source is a table as a [sample.Source].
type source struct {
	file    input.File
	request *sample.Request

	separator byte
	header    bool
	columns   []column
	labelled  bool
	facts     []string

	values []float64 // of a line
}

// NewSource returns the samples of a table. The error says why it has none.
func NewSource(f input.File, r *sample.Request) (sample.Source, error) {
	s := &source{file: f, request: r}
	lines, err := sniffed(f)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, fault.Inf(f.Path, "must have a line for each image (got none)")
	}
	if err := s.sniff(lines); err != nil {
		return nil, fault.In(f.Path, err)
	}
	return s, nil
}

// sniffed returns the first lines that are not blank.
func sniffed(f input.File) (lines [][]byte, err error) {
	f.Meter = nil
	size := 0
	err = f.EachLine(func(_ int, line []byte) error {
		if isBlank(line) {
			return nil
		}
		lines = append(lines, bytes.Clone(line))
		if size += len(line); len(lines) == maxSniffed || size > sniffedBytes {
			return input.ErrStop
		}
		return nil
	})
	return lines, err
}

// Looks reports whether a text that starts with start looks like a table: the second line
// has at least two fields and half of them are numbers. A first line that does not end in
// start must have many fields.
func Looks(start []byte) bool {
	const many = 100
	if input.IsUTF16(start) {
		return true // and the reader refuses it with a reason
	}
	start = bytes.TrimSpace(bytes.TrimPrefix(start, []byte("\ufeff")))
	first, rest, _ := bytes.Cut(start, []byte("\n"))
	second, _, _ := bytes.Cut(bytes.TrimSpace(rest), []byte("\n"))
	lines := [][]byte{first, second}
	if len(second) == 0 {
		lines = lines[:1]
	}
	line := lines[len(lines)-1]
	if bytes.IndexByte(first, 0) >= 0 || bytes.IndexByte(second, 0) >= 0 {
		return false
	}
	separator := separatorOf(lines)
	n, numbers := 0, 0
	for field := range fields(line, separator) {
		n++
		if _, ok := number(field, separator); ok {
			numbers++
		}
	}
	return n >= 2 && 2*numbers >= n || n >= many && separator != ' '
}

func isBlank(line []byte) bool { return len(bytes.TrimSpace(line)) == 0 }

func (s *source) tell(format string, args ...any) {
	s.facts = append(s.facts, fmt.Sprintf(format, args...))
}

// Survey implements [sample.Source].
func (s *source) Survey(v *sample.Survey) error {
	v.Labelled, v.Facts = s.labelled, s.facts
	v.Layout = sample.Layout{Numbers: s.pixels()}
	s.values = make([]float64, v.Layout.Numbers)
	return v.AddAll(s, s.request.Labels)
}

// Each implements [sample.Source].
func (s *source) Each(use func(*sample.Sample) error) error {
	x := sample.Sample{Path: s.file.Path}
	header := s.header
	return s.file.EachLine(func(number int, line []byte) error {
		if isBlank(line) {
			return nil
		}
		if header {
			header = false
			return nil
		}
		x.Line, x.Values = number, s.values
		x.Label, x.Err = s.parse(line)
		return use(&x)
	})
}

// parse reads the values of a line, and returns its label.
func (s *source) parse(line []byte) (int, *sample.Reason) {
	i, pixels, found := 0, 0, -1
	rest := newSplitter(line, s.separator)
	for field, ok := rest.next(); ok; field, ok = rest.next() {
		if i == len(s.columns) {
			if i++; len(field) > 0 {
				return -1, s.wrongColumns(line)
			}
			continue
		}
		if i > len(s.columns) {
			return -1, s.wrongColumns(line)
		}
		switch s.columns[i] {
		case label:
			var why *sample.Reason
			if found, why = s.label(field); why != nil {
				return -1, why
			}
		case pixel:
			v, isNumber := number(field, s.separator)
			if !isNumber {
				if s.count(line) != len(s.columns) {
					return -1, s.wrongColumns(line)
				}
				return -1, sample.Because("column %d must be a number (got %q)", i+1, sample.Cut(field))
			}
			s.values[pixels] = v
			pixels++
		}
		i++
	}
	if i < len(s.columns) {
		return -1, s.wrongColumns(line)
	}
	return found, nil
}

// label returns the number of a label.
func (s *source) label(field []byte) (int, *sample.Reason) {
	if s.separator != ',' && bytes.IndexByte(field, ',') >= 0 {
		if v, ok := number(field, s.separator); ok {
			return s.request.Labels.Number(v)
		}
	}
	return s.request.Labels.Text(field)
}

func (s *source) count(line []byte) int {
	n := 0
	for range fields(line, s.separator) {
		n++
	}
	return n
}

func (s *source) wrongColumns(line []byte) *sample.Reason {
	return sample.Because("must have %d columns (got %d)", len(s.columns), s.count(line))
}
