// Package parquet reads images from Parquet files: pictures as Hugging Face stores them,
// a struct with their bytes, lists of pixels, or a column for each pixel.
package parquet

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist/convert/input"
	"mnistgpu/internal/mnist/convert/picture"
	"mnistgpu/internal/mnist/convert/sample"
)

// Is reports whether a file that starts with start is Parquet.
func Is(start []byte) bool { return bytes.HasPrefix(start, []byte("PAR1")) }

// source is a file as a [sample.Source].
type source struct {
	file    input.File
	request *sample.Request
	layout  sample.Layout // of lists and scalars
	values  []float64     // of an image
}

// NewSource returns the samples of a file.
func NewSource(f input.File, r *sample.Request) (sample.Source, error) {
	return &source{file: f, request: r}, nil
}

// open opens the file and finds its columns.
func (s *source) open() (f *parquet.File, c *columns, raw *input.Raw, err error) {
	if f, raw, err = open(s.file); err != nil {
		return nil, nil, nil, err
	}
	if c, err = s.columns(f); err != nil {
		raw.Close()
		return nil, nil, nil, fault.In(s.file.Path, err)
	}
	return f, c, raw, nil
}

// Survey implements [sample.Source].
func (s *source) Survey(v *sample.Survey) error {
	f, c, raw, err := s.open()
	if err != nil {
		return err
	}
	defer raw.Close()
	v.Labelled, v.Names, v.Facts = c.label != nil, c.names, c.facts
	if c.picture != nil {
		v.Pictures, v.Pixels = true, true
		return s.each(f, c, func(x *sample.Sample, b []byte) error {
			if x.Err != nil {
				return nil
			}
			if size, why := picture.Size(bytes.NewReader(b), s.request); why == nil {
				v.AddSize(size)
				v.Add(x, s.request.Labels)
			}
			return nil
		})
	}
	if len(c.scalars) > 0 {
		s.layout = sample.Layout{Numbers: len(c.scalars)}
	}
	err = s.each(f, c, func(x *sample.Sample, _ []byte) error {
		if x.Err == nil {
			v.Add(x, s.request.Labels)
		}
		return nil
	})
	v.Layout = s.layout
	return err
}

// columns finds the columns of the file. If no label is named and all but one of the
// columns of pixels are a square, the first one is the label.
func (s *source) columns(f *parquet.File) (c *columns, err error) {
	err = guard(func() error {
		c, err = find(f, s.request)
		return err
	})
	if err != nil {
		return nil, err
	}
	n := len(c.scalars)
	if c.label == nil && n > 1 && sample.IsSquare(n-1) && !s.request.Unlabelled {
		c.label, c.scalars = c.scalars[0], c.scalars[1:]
		c.facts = append(c.facts, fmt.Sprintf("labels are in the column %q", c.label.Name()))
	}
	return c, nil
}

// Each implements [sample.Source].
func (s *source) Each(use func(*sample.Sample) error) error {
	f, c, raw, err := s.open()
	if err != nil {
		return err
	}
	defer raw.Close()
	return s.each(f, c, func(x *sample.Sample, b []byte) error {
		x.Image = nil
		if x.Err == nil && c.picture != nil {
			x.Image, x.Err = picture.Decode(b, s.request)
		}
		return use(x)
	})
}

// each calls use for every row, with the bytes of its picture, if it has one.
func (s *source) each(f *parquet.File, c *columns, use func(x *sample.Sample, b []byte) error) error {
	x := sample.Sample{Path: s.file.Path}
	for _, group := range f.RowGroups() {
		if err := s.eachOf(group, c, &x, use); err != nil {
			return err
		}
	}
	return nil
}

// eachOf is each for a group of rows.
func (s *source) eachOf(group parquet.RowGroup, c *columns, x *sample.Sample, use func(x *sample.Sample, b []byte) error) error {
	leaves := slices.Clone(c.scalars)
	for _, leaf := range []*parquet.Column{c.list, c.picture, c.label} {
		if leaf != nil {
			leaves = append(leaves, leaf)
		}
	}
	cursors := make([]*cursor, len(leaves))
	rows := make([][]parquet.Value, len(leaves))
	for i, leaf := range leaves {
		var err error
		if cursors[i], err = newCursor(group, leaf); err != nil {
			return fault.In(s.file.Path, err)
		}
		defer cursors[i].close()
	}
	for {
		for i := range cursors {
			var err error
			rows[i], err = cursors[i].next()
			if err == io.EOF && i == 0 {
				return nil
			}
			if err == io.EOF {
				err = fmt.Errorf("must have as many values in the column %q as in the others", leaves[i].Name())
			}
			if err != nil {
				return fault.In(s.file.Path, err)
			}
		}
		x.Line++
		if err := use(x, s.sample(x, c, rows)); err != nil {
			return err
		}
	}
}

// sample makes a sample of the values of a row, and returns the bytes of its picture.
func (s *source) sample(x *sample.Sample, c *columns, rows [][]parquet.Value) (b []byte) {
	x.Label, x.Err = -1, nil
	if c.label != nil {
		x.Label, x.Err = s.label(rows[len(rows)-1][0])
	}
	if x.Err != nil {
		return nil
	}
	if c.picture != nil {
		v := rows[0][0]
		if v.IsNull() {
			x.Err = sample.Because("has no bytes of a picture, only a path perhaps")
			return nil
		}
		return v.ByteArray()
	}
	if c.list != nil {
		x.Err = s.list(rows[0], c.list.MaxRepetitionLevel())
	} else {
		for i := range c.scalars {
			if x.Err = s.value(i, rows[i][0]); x.Err != nil {
				break
			}
		}
	}
	x.Values = s.values
	return nil
}

// label returns the number of the label that a value is.
func (s *source) label(v parquet.Value) (int, *sample.Reason) {
	if v.IsNull() {
		return -1, sample.Because("label is missing")
	}
	if v.Kind() == parquet.ByteArray {
		return s.request.Labels.Text(bytes.TrimSpace(v.ByteArray()))
	}
	n, _ := number(v)
	return s.request.Labels.Number(n)
}

// value stores pixel i.
func (s *source) value(i int, v parquet.Value) *sample.Reason {
	if len(s.values) != s.layout.Numbers {
		s.values = make([]float64, s.layout.Numbers)
	}
	n, err := number(v)
	if err != nil {
		return sample.Because("pixel %d is missing", i+1)
	}
	s.values[i] = n
	return nil
}

// list stores the pixels of a list. The first one decides the layout.
func (s *source) list(values []parquet.Value, depth int) *sample.Reason {
	if s.layout.Numbers == 0 {
		layout, ok := sample.LayoutOf(shape(values, depth))
		if !ok || len(values) < 1 || values[0].IsNull() {
			return sample.Because("must be an image of height x width (got the shape %v)", shape(values, depth))
		}
		s.layout = layout
	}
	if len(values) != s.layout.Numbers {
		return sample.Because("must have %d pixels (got %d)", s.layout.Numbers, len(values))
	}
	for i, v := range values {
		if why := s.value(i, v); why != nil {
			return why
		}
	}
	return nil
}

// shape returns the shape of nested lists: a value with repetition level r begins a new
// list at every level below r.
func shape(values []parquet.Value, depth int) []int {
	var dims []int
	before := 1
	for level := 1; level <= depth; level++ {
		n := 0
		for _, v := range values {
			if v.RepetitionLevel() <= level {
				n++
			}
		}
		dims = append(dims, n/before)
		before = n
	}
	return dims
}
