// Package svmlight reads images from files of svmlight and LIBSVM: a line for each image,
// with its label and the pixels that are not zero, INDEX:VALUE.
package svmlight

import (
	"bytes"
	"strconv"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist/convert/input"
	"mnistgpu/internal/mnist/convert/sample"
)

// maxIndex is the highest index that is read: that of an image of 4096x4096.
const maxIndex = 1 << 24

// source is a file as a [sample.Source].
type source struct {
	file    input.File
	request *sample.Request
	base    int       // the index of the first pixel
	values  []float64 // of an image
	used    []int     // the indices of values that are not zero
}

// NewSource returns the samples of a file.
func NewSource(f input.File, r *sample.Request) (sample.Source, error) {
	return &source{file: f, request: r}, nil
}

// Looks reports whether a text that starts with start looks like svmlight: the first line
// that is not a comment has a label and pairs.
func Looks(start []byte) bool {
	for line := range bytes.Lines(start) {
		whole := bytes.HasSuffix(line, []byte("\n"))
		label, pairs, ok := split(line)
		if !ok {
			continue
		}
		n := 0
		for pair := range bytes.FieldsSeq(pairs) {
			if _, _, why := parse(pair); why != nil && (whole || n == 0) {
				return false
			}
			n++
		}
		return n > 0 && bytes.IndexByte(label, ':') < 0
	}
	return false
}

// split splits a line into its label and its pairs. It reports whether there are any.
func split(line []byte) (label, pairs []byte, ok bool) {
	if comment := bytes.IndexByte(line, '#'); comment >= 0 {
		line = line[:comment]
	}
	line = bytes.TrimSpace(line)
	end := bytes.IndexAny(line, " \t")
	if end < 0 {
		end = len(line)
	}
	return line[:end], line[end:], len(line) > 0
}

// parse parses INDEX:VALUE.
func parse(pair []byte) (index int, value float64, why *sample.Reason) {
	before, after, ok := bytes.Cut(pair, []byte(":"))
	if bytes.Equal(before, []byte("qid")) {
		return -1, 0, nil // of the query, in data for ranking
	}
	index, err := strconv.Atoi(string(before))
	if !ok || err != nil || index < 0 || index > maxIndex {
		return 0, 0, sample.Because("must have pairs INDEX:VALUE with indices from 0 to %d (got %q)", maxIndex, sample.Cut(pair))
	}
	if value, err = strconv.ParseFloat(string(after), 64); err != nil {
		return 0, 0, sample.Because("must have pairs INDEX:VALUE of numbers (got %q)", sample.Cut(pair))
	}
	return index, value, nil
}

// Survey implements [sample.Source].
func (s *source) Survey(v *sample.Survey) error {
	v.Labelled = true
	indices := &s.request.Indices
	var x sample.Sample
	err := s.file.EachLine(func(_ int, line []byte) error {
		label, pairs, ok := split(line)
		if !ok {
			return nil
		}
		x.Values = append(x.Values[:0], 0) // pixels that are not there
		var why *sample.Reason
		for pair := range bytes.FieldsSeq(pairs) {
			index, value, bad := parse(pair)
			if bad != nil {
				return nil
			}
			if index >= 0 {
				indices.Add(index, value)
				x.Values = append(x.Values, value)
			}
		}
		if x.Label, why = s.request.Labels.Text(label); why == nil {
			v.Add(&x, s.request.Labels)
		}
		return nil
	})
	v.Later = func() error { return s.settle(v) }
	return err
}

// settle decides which index the first pixel has, from the indices in all parts.
func (s *source) settle(v *sample.Survey) error {
	indices := &s.request.Indices
	if v.Count == 0 {
		return nil
	}
	if indices.High < 0 {
		return fault.Inf(s.file.Path, "must have pixels that are not zero (got none)")
	}
	base, height, width, why := indices.Base(s.request.Height, s.request.Width)
	s.base = base
	v.Tell("indices are %d to %d: %d is the first pixel, %s", indices.Low, indices.High, base, why)
	v.Layout = sample.Layout{Height: height, Width: width, Numbers: height * width}
	if last := base + height*width - 1; indices.High > last {
		return fault.Inf(s.file.Path, "must have indices up to %d for images of %dx%d (got %d)", last, height, width, indices.High)
	}
	if err := s.request.Room(v.Count, height*width); err != nil {
		return fault.In(s.file.Path, err)
	}
	return nil
}

// Each implements [sample.Source].
func (s *source) Each(use func(*sample.Sample) error) error {
	height, width := s.size()
	s.values, s.used = make([]float64, height*width), nil
	x := sample.Sample{Path: s.file.Path}
	return s.file.EachLine(func(number int, line []byte) error {
		label, pairs, ok := split(line)
		if !ok {
			return nil
		}
		x.Line, x.Values = number, s.values
		if x.Label, x.Err = s.request.Labels.Text(label); x.Err == nil {
			x.Err = s.fill(pairs)
		}
		return use(&x)
	})
}

// size returns the size of the images.
func (s *source) size() (height, width int) {
	if s.request.Indices.High < 0 {
		return 0, 0
	}
	_, height, width, _ = s.request.Indices.Base(s.request.Height, s.request.Width)
	return height, width
}

// fill reads the values of an image.
func (s *source) fill(pairs []byte) *sample.Reason {
	for _, i := range s.used {
		s.values[i] = 0
	}
	s.used = s.used[:0]
	for pair := range bytes.FieldsSeq(pairs) {
		index, value, why := parse(pair)
		if why != nil {
			return why
		}
		at := index - s.base
		if index < 0 {
			continue
		}
		if at < 0 || at >= len(s.values) {
			return sample.Because("must have indices from %d to %d (got %d)", s.base, s.base+len(s.values)-1, index)
		}
		s.values[at] = value
		s.used = append(s.used, at)
	}
	return nil
}
