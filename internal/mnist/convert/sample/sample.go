// Package sample is the one form in which every format hands over its images, and what
// is found out about all of them before the first one is kept: how many there are, what
// range their numbers have, and which labels.
//
// A file is read twice. The first reading, the survey, keeps nothing, so that the
// second one can fill memory of exactly the right size.
package sample

import (
	"fmt"
	"image"
	"math"
)

// A Sample is an image and its label. It is valid until the next one is read.
type Sample struct {
	Path string
	Line int // of the file, from 1, or the number of the image in it; 0 for a whole file

	Label int // its number in [Labels], or -1 if it has none

	// One of these is set.
	Bytes  []byte      // pixels from 0 to 255
	Values []float64   // numbers that are to be scaled
	Image  image.Image // a picture of any size
	Err    *Reason     // why there is none of them

	// Stray says that this is no image in its place, such as a text among pictures. It is
	// reported, and not counted as a loss.
	Stray bool
}

// A Source is a file, or several, that can be read more than once.
type Source interface {
	// Survey finds out what the samples are like. The error is of the whole source.
	Survey(*Survey) error

	// Each calls use for every sample, in the order of the source, those with Err
	// included. The error is that of use or of the whole source.
	Each(use func(*Sample) error) error
}

// A Request is what a reader has to know about what is asked for.
type Request struct {
	Labels        *Labels  // gets the labels that are found
	Names         []string // of the classes, or nil to find them
	LabelColumn   string   // the name of a table's column of labels, or "" to find it
	Unlabelled    bool     // images without labels are asked for
	Height, Width int      // of every image, or 0
	Indices       Indices  // gets the indices of pixels in sparse files
	Memory        int64    // bytes that the images may take, or 0 for no limit
}

// Room checks that there is memory for so many images of so many bytes.
func (r *Request) Room(images, size int) error {
	most := r.Memory
	if most == 0 {
		most = math.MaxInt64
	}
	if images > 0 && int64(size) > most/int64(images) {
		return fmt.Errorf("must fit in %d bytes of memory (got %d images of %d bytes)", most, images, size)
	}
	return nil
}

// A Survey is what is known of a source before its samples are kept.
type Survey struct {
	Count    int  // samples at most
	Labelled bool // whether they have labels
	Pictures bool // whether they are pictures, whose sizes may differ
	Pixels   bool // whether their numbers are from 0 to 255, however low the highest is
	Layout   Layout
	Range    Range

	// Sizes of pictures: one of them, and whether there are others.
	Size  image.Point
	Sizes int

	Names []string // of the classes with the labels from 0, if the file has them

	// Later, if not nil, completes the survey after those of all other sources.
	Later func() error
	Facts []string // what the user should know, a line each
}

// Tell adds to the facts.
func (s *Survey) Tell(format string, args ...any) {
	s.Facts = append(s.Facts, fmt.Sprintf(format, args...))
}

// Add takes account of a sample that has no error.
func (s *Survey) Add(x *Sample, labels *Labels) {
	s.Count++
	if x.Label >= 0 {
		labels.count(x.Label)
	}
	if x.Values != nil {
		s.Range.add(x.Values)
	} else if x.Bytes != nil {
		s.Range.addBytes(x.Bytes)
	}
}

// AddSize takes account of the size of a picture.
func (s *Survey) AddSize(size image.Point) {
	if s.Sizes == 0 || size != s.Size {
		s.Sizes++
		s.Size = size
	}
}

// AddAll takes account of all samples of a source.
func (s *Survey) AddAll(from Source, labels *Labels) error {
	return from.Each(func(x *Sample) error {
		if x.Err == nil {
			s.Add(x, labels)
		}
		return nil
	})
}

// A Reason is why a sample cannot be used. Its text is made only if somebody asks for
// it, since a bad file may have one for each line.
type Reason struct {
	format string
	args   []any
}

// Because returns the Reason of a format and its arguments. The format, without the
// arguments, is what reasons of one cause have in common.
func Because(format string, args ...any) *Reason { return &Reason{format, args} }

func (r *Reason) Error() string { return fmt.Sprintf(r.format, r.args...) }

// Cause returns what reasons of the same kind have in common.
func (r *Reason) Cause() string { return r.format }

// Cut returns a text that is short enough for a message.
func Cut(text []byte) string {
	const longest = 20
	if len(text) > longest {
		return string(text[:longest]) + "..."
	}
	return string(text)
}
