package picture

import (
	"image"
	"io"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist/convert/input"
	"mnistgpu/internal/mnist/convert/sample"
)

// source is a folder of classes as a [sample.Source].
type source struct {
	*tree
	request *sample.Request
	meter   *input.Meter
}

// NewSource returns the pictures in the folders of dir, each of which is a class of its
// name. The meter counts pictures.
func NewSource(dir string, r *sample.Request, meter *input.Meter) (sample.Source, error) {
	t, err := walk(dir, r.Names)
	if err != nil {
		return nil, err
	}
	if len(t.classes) == 0 {
		return nil, fault.Inf(dir, "must have a folder for each class, with files CLASS/NAME.png")
	}
	const readings = 2
	meter.Expect(readings * int64(t.files()))
	return &source{t, r, meter}, nil
}

// Survey implements [sample.Source].
func (s *source) Survey(v *sample.Survey) error {
	v.Labelled, v.Pictures, v.Pixels = true, true, true
	for _, c := range s.classes {
		number, why := s.request.Labels.Word(c.name)
		if why != nil {
			return fault.In(s.dir, why)
		}
		for _, path := range c.files {
			s.meter.Add(1)
			if size, why := s.size(path); why == nil {
				v.AddSize(size)
				v.Add(&sample.Sample{Label: number}, s.request.Labels)
			}
		}
	}
	return nil
}

// size returns the size of the picture at path.
func (s *source) size(path string) (image.Point, *sample.Reason) {
	f, _, err := fault.Open(path)
	if err != nil {
		return image.Point{}, unreadable(err)
	}
	defer f.Close()
	return Size(f, s.request)
}

// Each implements [sample.Source].
func (s *source) Each(use func(*sample.Sample) error) error {
	for _, stray := range s.strays {
		if err := use(&sample.Sample{Path: stray.path, Label: -1, Err: stray.why, Stray: true}); err != nil {
			return err
		}
	}
	for _, c := range s.classes {
		number, why := s.request.Labels.Word(c.name)
		for _, path := range c.files {
			s.meter.Add(1)
			x := sample.Sample{Path: path, Label: number, Err: why}
			if why == nil {
				x.Image, x.Err = s.decode(path)
			}
			if err := use(&x); err != nil {
				return err
			}
		}
	}
	return nil
}

// decode reads the picture at path.
func (s *source) decode(path string) (image.Image, *sample.Reason) {
	if _, why := s.size(path); why != nil { // before the whole file is read
		return nil, why
	}
	f, size, err := fault.Open(path)
	if err != nil {
		return nil, unreadable(err)
	}
	defer f.Close()
	if err := s.request.Room(1, int(size)); err != nil {
		return nil, unreadable(err)
	}
	content := make([]byte, size)
	if _, err := io.ReadFull(f, content); err != nil {
		return nil, unreadable(err)
	}
	return Decode(content, s.request)
}

// unreadable says why a file cannot be read, without its path.
func unreadable(err error) *sample.Reason {
	if e := fault.Of(err); e != nil {
		err = e.Err
	}
	return sample.Because("%v", fault.Cause(err))
}
