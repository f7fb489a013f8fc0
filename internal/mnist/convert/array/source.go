package array

import (
	"cmp"
	"fmt"
	"slices"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist/convert/sample"
)

// source is a pair of arrays as a [sample.Source].
type source struct {
	Pair
	request *sample.Request
	layout  sample.Layout

	// The label of each image, or, from badLabel on, why it has none.
	labels  []uint16
	reasons []*sample.Reason
}

const badLabel = 1 << 15

// NewSource returns the samples of a pair.
func NewSource(p Pair, r *sample.Request) sample.Source { return &source{Pair: p, request: r} }

// isQMNIST reports whether labels are those of QMNIST: the label, and seven columns
// about the writer.
//
// Source: Yadav and Bottou, Cold Case: the Lost MNIST Digits, 2019.
func isQMNIST(a *Array) bool {
	return a.idx && len(a.shape) == 2 && a.shape[1] == 8 && a.element.size == 4
}

// Survey implements [sample.Source].
func (s *source) Survey(v *sample.Survey) error {
	if err := s.findLayout(); err != nil {
		return fault.In(s.Images.String(), err)
	}
	v.Layout, v.Count = s.layout, s.Images.shape[0]
	const float = 8
	one := s.layout.Numbers * s.Images.element.size
	if s.Images.element.value != nil {
		one += s.layout.Numbers * float
	}
	if err := cmp.Or(s.request.Room(v.Count, s.layout.Numbers), s.request.Room(1, one)); err != nil {
		return fault.In(s.Images.String(), err)
	}
	if s.Labels != nil {
		v.Labelled = true
		if err := s.readLabels(); err != nil {
			return fault.In(s.Labels.String(), err)
		}
		if isQMNIST(s.Labels) {
			v.Tell("labels are the first of 8 columns, as in QMNIST")
		}
	}
	if s.Images.idx && s.Images.element.value == nil {
		v.Pixels = true
		return nil
	}
	v.Count = 0
	return v.AddAll(uncounted{s}, s.request.Labels)
}

// uncounted are the samples of a source without their labels, which are counted when
// they are read.
type uncounted struct{ *source }

func (u uncounted) Each(use func(*sample.Sample) error) error {
	return u.source.Each(func(x *sample.Sample) error {
		x.Label = -1
		return use(x)
	})
}

// findLayout finds out how the images are arranged.
func (s *source) findLayout() error {
	a := s.Images
	if a.element.chars > 0 {
		return fmt.Errorf("must be numbers (got texts)")
	}
	if slices.Contains(a.shape, 0) {
		return fmt.Errorf("must not be empty (got the shape %v)", a.shape)
	}
	var ok bool
	if s.layout, ok = sample.LayoutOf(a.shape[1:]); !ok {
		return fmt.Errorf("must be images of height x width, perhaps with 1, 3 or 4 channels (got the shape %v)", a.shape)
	}
	return nil
}

// readLabels reads and counts the labels.
func (s *source) readLabels() error {
	s.labels, s.reasons = nil, nil
	var scratch []byte
	return s.Labels.each(func(i int, b []byte) error {
		number, why := s.label(b, &scratch)
		if why == nil {
			s.request.Labels.Count(number, 1)
			s.labels = append(s.labels, uint16(number))
			return nil
		}
		at := slices.IndexFunc(s.reasons, func(r *sample.Reason) bool { return r.Cause() == why.Cause() })
		if at < 0 {
			at = len(s.reasons)
			s.reasons = append(s.reasons, why)
		}
		s.labels = append(s.labels, uint16(badLabel+at))
		return nil
	})
}

// label returns the label that elements are: a number, a text, or numbers of which one
// is 1 and the others are 0 (one-hot).
func (s *source) label(b []byte, scratch *[]byte) (int, *sample.Reason) {
	e, n := s.Labels.element, s.Labels.perImage()
	labels := s.request.Labels
	switch {
	case n < 1:
		return -1, sample.Because("label is missing")
	case e.chars > 0 && n == 1:
		*scratch = e.text(b, *scratch)
		return labels.Text(*scratch)
	case e.chars > 0:
		return -1, sample.Because("must have one label (got %d texts)", n)
	case n == 1 || isQMNIST(s.Labels):
		return labels.Number(e.at(b, 0))
	}
	hot := -1
	for i := range n {
		switch v := e.at(b, i); {
		case v == 1 && hot < 0:
			hot = i
		case v != 0:
			return -1, sample.Because("must have one label (got %d numbers, of which not only one is 1)", n)
		}
	}
	if hot < 0 {
		return -1, sample.Because("must have one label (got %d numbers, all 0)", n)
	}
	return labels.Number(float64(hot))
}

// at returns the number of the given index.
func (e element) at(b []byte, i int) float64 {
	if e.value == nil {
		return float64(b[i])
	}
	return e.value(b[i*e.size:])
}

// Each implements [sample.Source].
func (s *source) Each(use func(*sample.Sample) error) error {
	x := sample.Sample{Path: s.Images.String()}
	e := s.Images.element
	if e.value != nil {
		x.Values = make([]float64, s.layout.Numbers)
	}
	var failed error
	err := s.Images.each(func(i int, b []byte) error {
		x.Line, x.Label, x.Err = i+1, -1, nil
		if s.Labels != nil {
			x.Label = int(s.labels[i])
			if x.Label >= badLabel {
				x.Err = s.reasons[x.Label-badLabel]
			}
		}
		if e.value == nil {
			x.Bytes = b
		}
		for k := range x.Values {
			x.Values[k] = e.value(b[k*e.size:])
		}
		failed = use(&x)
		return failed
	})
	if err == nil || err == failed {
		return err
	}
	return fault.In(s.Images.String(), err)
}
