package arff

import (
	"bytes"
	"errors"
	"fmt"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist/convert/csv"
	"mnistgpu/internal/mnist/convert/sample"
)

// use says what an attribute is for.
type use uint8

const (
	pixel use = iota
	label
	ignored // texts, dates and numbers of the lines
)

// attribute is what is known of an attribute.
type attribute struct {
	use     use
	omitted float64 // what a sparse row means by leaving it out
}

// readHeader reads the attributes, up to the data.
func (s *source) readHeader() error {
	names := [][]byte{}
	lastNominal := -1
	var nominal [][]byte // the declared values of each attribute that has any
	err := s.file.EachLine(func(number int, line []byte) error {
		line = bytes.TrimSpace(line)
		keyword, rest := word(line)
		switch {
		case len(line) == 0 || line[0] == '%' || is(keyword, "@relation"):
			return nil
		case is(keyword, "@data"):
			s.dataLine = number
			return errStop
		case !is(keyword, "@attribute"):
			return fault.Inf(s.file.Path, "line %d must be @attribute or @data (got %q)", number, sample.Cut(line))
		}
		name, kind := value(bytes.TrimSpace(rest))
		kind = bytes.TrimSpace(kind)
		a := attribute{}
		var declared []byte
		switch {
		case bytes.HasPrefix(kind, []byte("{")):
			declared = bytes.Clone(kind[1:])
			first, _ := value(declared)
			a.omitted, _ = csv.Number(first)
			lastNominal = len(names)
		case !isNumeric(kind):
			a.use = ignored
		case csv.IsIndex(name):
			a.use = ignored
		}
		names = append(names, bytes.Clone(name))
		nominal = append(nominal, declared)
		s.attributes = append(s.attributes, a)
		return nil
	})
	if err != nil && err != errStop {
		return err
	}
	if s.dataLine == 0 {
		return fault.Inf(s.file.Path, "must have a line @data")
	}
	return s.findLabel(names, nominal, lastNominal)
}

// errStop ends the reading of lines.
var errStop = errors.New("the header has ended")

// findLabel decides which attribute is the label: one with a usual name, or the last one
// with declared values.
func (s *source) findLabel(names, nominal [][]byte, lastNominal int) error {
	all := func(yield func([]byte) bool) {
		for _, name := range names {
			if !yield(name) {
				return
			}
		}
	}
	at, err := csv.LabelColumn(all, s.request.LabelColumn)
	if err != nil && !s.request.Unlabelled {
		return fault.In(s.file.Path, err)
	}
	if at < 0 {
		at = lastNominal
	}
	if n := len(names); at < 0 && !sample.IsSquare(n) && sample.IsSquare(n-1) && !s.request.Unlabelled {
		at = n - 1 // as Weka has it
	}
	s.label = at
	if at >= 0 {
		s.attributes[at].use = label
		for rest := nominal[at]; len(rest) > 0; {
			var v []byte
			if v, rest = value(rest); len(v) > 0 {
				s.declared = append(s.declared, string(v))
			}
		}
		s.facts = append(s.facts, fmt.Sprintf("labels are the attribute %q, number %d of %d", sample.Cut(names[at]), at+1, len(names)))
	}
	for _, a := range s.attributes {
		if a.use == pixel {
			s.pixels++
		}
	}
	if s.pixels == 0 {
		return fault.Inf(s.file.Path, "must have an attribute for each pixel (got %d attributes)", len(names))
	}
	return nil
}

func is(word []byte, keyword string) bool { return bytes.EqualFold(word, []byte(keyword)) }

// isNumeric reports whether a type is that of numbers.
func isNumeric(kind []byte) bool {
	return is(kind, "numeric") || is(kind, "real") || is(kind, "integer")
}

// word returns the first word of a line and the rest.
func word(line []byte) (first, rest []byte) {
	if at := bytes.IndexAny(line, " \t"); at >= 0 {
		return line[:at], line[at:]
	}
	return line, nil
}

// value returns the first value of a list, which may be quoted, and what follows the
// separator after it: a comma, a tab or the end of a list. A name that is not quoted ends
// at a blank too.
func value(list []byte) (v, rest []byte) {
	list = bytes.TrimLeft(list, " \t")
	if len(list) > 0 && (list[0] == '\'' || list[0] == '"') {
		if end := closing(list); end > 0 {
			v, rest = unescape(list[1:end]), bytes.TrimLeft(list[end+1:], " ")
			if len(rest) > 0 && bytes.IndexByte(separators, rest[0]) >= 0 {
				rest = rest[1:]
			}
			return v, rest
		}
	}
	end := bytes.IndexAny(list, ",}\t ")
	if end < 0 {
		return bytes.TrimSpace(list), nil
	}
	v, rest = list[:end], bytes.TrimLeft(list[end:], " ")
	if len(rest) > 0 && bytes.IndexByte(separators, rest[0]) >= 0 {
		rest = rest[1:]
	}
	return v, rest
}

var separators = []byte(",}\t")

// closing returns the index of the quote that ends the value at the start of list, or 0.
func closing(list []byte) int {
	for i := 1; i < len(list); i++ {
		switch list[i] {
		case '\\':
			i++
		case list[0]:
			return i
		}
	}
	return 0
}

// unescape removes the backslash before each character that has one.
func unescape(v []byte) []byte {
	if bytes.IndexByte(v, '\\') < 0 {
		return v
	}
	var plain []byte
	for i := 0; i < len(v); i++ {
		if v[i] == '\\' && i+1 < len(v) {
			i++
		}
		plain = append(plain, v[i])
	}
	return plain
}
