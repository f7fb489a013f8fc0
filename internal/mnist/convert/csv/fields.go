package csv

import (
	"bytes"
	"iter"
	"math"
	"strconv"
)

// separators are what may separate the fields of a line, in the order in which they are
// looked for. A comma comes after a semicolon, beside which it is a decimal point.
const separators = "\t;,"

// separatorOf returns the separator that some lines have, or a space.
func separatorOf(lines [][]byte) byte {
	for _, c := range []byte(separators) {
		lacking := 0
		for _, line := range lines {
			if bytes.IndexByte(line, c) < 0 {
				lacking++
			}
		}
		if 2*lacking < len(lines) {
			return c
		}
	}
	return ' '
}

// A splitter splits a line into its fields, without the blanks and the quotes around them.
// Several spaces separate as one does. A quoted field ends in its line, so that one quote
// too many costs one line.
type splitter struct {
	rest      []byte
	separator byte
	end       bool
}

func newSplitter(line []byte, separator byte) splitter {
	if separator == ' ' {
		line = bytes.TrimSpace(line)
	}
	return splitter{rest: line, separator: separator}
}

// next returns the next field. It reports whether there is one.
func (s *splitter) next() (field []byte, ok bool) {
	if s.end {
		return nil, false
	}
	end := bytes.IndexByte(s.rest, s.separator)
	if i := blanks(s.rest); i < len(s.rest) && s.rest[i] == '"' {
		if quote := closing(s.rest[i:]); quote >= 0 {
			after := i + quote
			if end = bytes.IndexByte(s.rest[after:], s.separator); end >= 0 {
				end += after
			}
		}
	}
	if end < 0 {
		s.end = true
		return trim(s.rest), true
	}
	field, s.rest = s.rest[:end], s.rest[end+1:]
	if s.separator == ' ' {
		s.rest = s.rest[blanks(s.rest):]
	}
	return trim(field), true
}

// blanks returns the number of blanks that b begins with.
func blanks(b []byte) int {
	n := 0
	for n < len(b) && b[n] == ' ' {
		n++
	}
	return n
}

// fields returns the fields of a line.
func fields(line []byte, separator byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		s := newSplitter(line, separator)
		for field, ok := s.next(); ok && yield(field); field, ok = s.next() {
		}
	}
}

// closing returns the index of the quote that ends the quoted field at the start of b, or
// -1. Two quotes are one in the text.
func closing(b []byte) int {
	for i := 1; i < len(b); i++ {
		if b[i] != '"' {
			continue
		}
		if i+1 == len(b) || b[i+1] != '"' {
			return i
		}
		i++
	}
	return -1
}

// trim removes the blanks and the quotes around a field.
func trim(field []byte) []byte {
	field = bytes.TrimSpace(field)
	if n := len(field); n >= 2 && field[0] == '"' && field[n-1] == '"' {
		field = bytes.TrimSpace(field[1 : n-1])
	}
	return field
}

// number parses a number. Beside another separator than a comma, a comma is a decimal
// point.
func number(field []byte, separator byte) (float64, bool) {
	if v, ok := digits(field); ok {
		return v, true
	}
	if len(field) == 0 || field[len(field)-1] > '9' { // NaN, Inf and words
		return 0, false
	}
	text := string(field)
	if at := bytes.IndexByte(field, ','); at >= 0 && separator != ',' {
		text = text[:at] + "." + text[at+1:]
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil && !math.IsInf(v, 0) && !math.IsNaN(v)
}

// Number parses a number with a decimal point.
func Number(field []byte) (float64, bool) { return number(field, ',') }

// digits parses a whole number of a few digits, as most pixels are.
func digits(field []byte) (v float64, ok bool) {
	if len(field) < 1 || len(field) > 9 {
		return 0, false
	}
	n := 0
	for _, c := range field {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return float64(n), true
}
