// Package arff reads images from ARFF files, the format of Weka and OpenML, with dense and
// sparse rows.
//
// Source: Weka's description of the format, of its version 3.9.
package arff

import (
	"bytes"
	"strconv"

	"mnistgpu/internal/mnist/convert/csv"
	"mnistgpu/internal/mnist/convert/input"
	"mnistgpu/internal/mnist/convert/sample"
)

// source is a file as a [sample.Source].
type source struct {
	file    input.File
	request *sample.Request

	attributes []attribute
	label      int // the index of the attribute, or -1
	declared   []string
	pixels     int
	dataLine   int
	facts      []string

	values []float64 // of an image
	place  []int32   // of each attribute among the values, or -1
}

// NewSource returns the samples of a file.
func NewSource(f input.File, r *sample.Request) (sample.Source, error) {
	unmetered := f
	unmetered.Meter = nil
	s := &source{file: unmetered, request: r}
	if err := s.readHeader(); err != nil {
		return nil, err
	}
	s.file = f
	return s, nil
}

// Looks reports whether a text that starts with start is ARFF: its first line but for
// comments names the relation.
func Looks(start []byte) bool {
	for line := range bytes.Lines(bytes.TrimPrefix(start, []byte("\ufeff"))) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '%' {
			continue
		}
		keyword, _ := word(line)
		return is(keyword, "@relation")
	}
	return false
}

// Survey implements [sample.Source].
func (s *source) Survey(v *sample.Survey) error {
	v.Labelled, v.Names, v.Facts = s.label >= 0, s.declared, s.facts
	v.Layout = sample.Layout{Numbers: s.pixels}
	s.values = make([]float64, s.pixels)
	s.place = make([]int32, len(s.attributes))
	n := int32(0)
	for i, a := range s.attributes {
		if s.place[i] = -1; a.use == pixel {
			s.place[i] = n
			n++
		}
	}
	return v.AddAll(s, s.request.Labels)
}

// Each implements [sample.Source].
func (s *source) Each(use func(*sample.Sample) error) error {
	x := sample.Sample{Path: s.file.Path}
	return s.file.EachLine(func(number int, line []byte) error {
		line = bytes.TrimSpace(line)
		if number <= s.dataLine || len(line) == 0 || line[0] == '%' {
			return nil
		}
		x.Line, x.Values, x.Label = number, s.values, -1
		if line[0] == '{' {
			x.Err = s.sparse(&x, line[1:])
		} else {
			x.Err = s.dense(&x, line)
		}
		return use(&x)
	})
}

// dense reads a row of a value for each attribute, perhaps with a weight in braces, which
// is ignored.
func (s *source) dense(x *sample.Sample, line []byte) *sample.Reason {
	rest := line
	for i := range s.attributes {
		if len(rest) == 0 {
			return sample.Because("must have %d values (got %d)", len(s.attributes), i)
		}
		var v []byte
		v, rest = value(rest)
		if why := s.set(x, i, v); why != nil {
			return why
		}
	}
	if rest = bytes.TrimSpace(rest); len(rest) > 0 && rest[0] != '{' && rest[0] != '%' {
		return sample.Because("must have %d values (got more)", len(s.attributes))
	}
	return nil
}

// sparse reads a row of pairs INDEX VALUE, with indices from 0. An attribute that is left
// out is 0 or, if its values are declared, the first of them.
func (s *source) sparse(x *sample.Sample, line []byte) *sample.Reason {
	for i, a := range s.attributes {
		if at := s.place[i]; at >= 0 {
			s.values[at] = a.omitted
		}
	}
	if why := s.omittedLabel(x); why != nil {
		return why
	}
	end := bytes.LastIndexByte(line, '}')
	if end < 0 {
		return sample.Because("must end with a brace")
	}
	for rest := bytes.TrimSpace(line[:end]); len(rest) > 0; {
		index, after := word(rest)
		i, err := strconv.Atoi(string(index))
		if err != nil || i < 0 || i >= len(s.attributes) {
			return sample.Because("must have indices from 0 to %d (got %q)", len(s.attributes)-1, sample.Cut(index))
		}
		var v []byte
		v, rest = value(after)
		if why := s.set(x, i, v); why != nil {
			return why
		}
		rest = bytes.TrimSpace(rest)
	}
	return nil
}

// omittedLabel sets the label that a sparse row leaves out.
func (s *source) omittedLabel(x *sample.Sample) (why *sample.Reason) {
	switch {
	case s.label < 0:
	case len(s.declared) > 0:
		x.Label, why = s.request.Labels.Text([]byte(s.declared[0]))
	default:
		x.Label, why = s.request.Labels.Number(0)
	}
	return why
}

// set takes the value of attribute i.
func (s *source) set(x *sample.Sample, i int, v []byte) (why *sample.Reason) {
	switch s.attributes[i].use {
	case label:
		x.Label, why = s.request.Labels.Text(v)
	case pixel:
		n, ok := csv.Number(v)
		if !ok {
			return sample.Because("attribute %d must be a number (got %q)", i+1, sample.Cut(v))
		}
		s.values[s.place[i]] = n
	}
	return why
}
