// Package form measures what the images of a data set look like: which background they
// have, and how they lie in their frame. Pictures that a network is asked about later are
// prepared to look the same.
package form

import "fmt"

// A Form is what has to be known about images to make others look like them. The zero
// value is the form of MNIST's images.
type Form struct {
	Background Background
	Framing    Framing

	// Box is the part of the height and the width that the ink fits into if the images are
	// Cropped, more than 0 and at most 1; otherwise it is 0.
	Box float64
}

// Background says which end of the range of pixels the background is at.
type Background uint8

// The backgrounds.
const (
	Dark  Background = iota // 0, as in MNIST
	Light                   // 255: a network sees such images inverted, 255 - pixel
	Mixed                   // neither, as in photos
)

// Framing says where the ink of an image is: what differs from the background.
type Framing uint8

// The framings.
const (
	Centred Framing = iota // in 20x20 of 28x28, with its centre of mass in the middle, as in MNIST
	Cropped                // about in the middle, as large as a box that it touches two sides of
	Whole                  // anywhere
)

var (
	backgrounds = []string{"dark", "light", "mixed"}
	framings    = []string{"centred", "cropped", "whole"}
)

// String returns "dark", "light" or "mixed".
func (b Background) String() string { return backgrounds[b] }

// String returns "centred", "cropped" or "whole".
func (f Framing) String() string { return framings[f] }

// ParseBackground returns the background of a name.
func ParseBackground(name string) (Background, error) {
	i, err := index(backgrounds, name)
	return Background(i), err
}

// ParseFraming returns the framing of a name.
func ParseFraming(name string) (Framing, error) {
	i, err := index(framings, name)
	return Framing(i), err
}

func index(names []string, name string) (int, error) {
	for i, n := range names {
		if n == name {
			return i, nil
		}
	}
	return 0, fmt.Errorf("must be %s, %s or %s (got %q)", names[0], names[1], names[2], name)
}

// Check returns an error unless the fields of f fit each other.
func (f Form) Check() error {
	switch {
	case f.Framing == Cropped && !(f.Box > 0 && f.Box <= 1):
		return fmt.Errorf("box must be greater than 0 and at most 1 (got %v)", f.Box)
	case f.Framing != Cropped && f.Box != 0:
		return fmt.Errorf("box must be 0 unless images are cropped (got %v)", f.Box)
	}
	return nil
}

// Invert replaces each pixel by 255 minus its value.
func Invert(pixels []byte) {
	for i := range pixels {
		pixels[i] = ^pixels[i]
	}
}
