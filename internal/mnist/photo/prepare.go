package photo

import (
	"fmt"
	"image"

	"mnistgpu/internal/mnist/form"
)

// A Preparation says how a picture becomes an image for a network.
type Preparation string

// The preparations.
const (
	Auto  Preparation = "auto"  // as the images that the network was trained on
	MNIST Preparation = "mnist" // as [Digit] does, whatever the network was trained on
	AsIs  Preparation = "as-is" // not at all: the picture is such an image already
)

// Preparations lists the preparations.
func Preparations() []string { return []string{string(Auto), string(MNIST), string(AsIs)} }

// Prepare returns img as height x width bytes, as a network sees images of the form f:
// inverted if their background is light, so that the background is 0.
//
// Auto is [Digit] for images that are centred as MNIST's. For others, a picture of the
// same size is taken with its pixels; another one is cropped to its ink if the images are,
// or else scaled with its aspect kept. If the picture has a clear background, that decides
// whether it is inverted, and otherwise that of the images does.
//
// The error says in one line why the picture cannot be prepared. It is [ErrBlank] if it
// shows nothing.
func Prepare(img image.Image, how Preparation, f form.Form, height, width int) ([]byte, error) {
	same := img.Bounds().Size() == image.Pt(width, height)
	switch {
	case how == AsIs:
		return asIs(img, f, height, width)
	case how == MNIST || f.Framing == form.Centred:
		return Digit(img, height, width)
	case f.Framing == form.Cropped && !same:
		return cropped(img, f.Box, height, width)
	}
	return whole(img, f, height, width)
}

// asIs returns the grey levels of img, which must have the given size, inverted if those
// of the images that it looks like are.
func asIs(img image.Image, f form.Form, height, width int) ([]byte, error) {
	if size := img.Bounds().Size(); size.X != width || size.Y != height {
		return nil, fmt.Errorf("must be %d pixels wide and %d high (got %d and %d)", width, height, size.X, size.Y)
	}
	pixels := Grey(img).Pix
	if f.Background == form.Light {
		form.Invert(pixels)
	}
	return pixels, nil
}

// cropped fits the ink of img into a box of a part of height x width, in its middle: what
// is left over is on the right and below by a pixel less, as in MNIST's images.
func cropped(img image.Image, part float64, height, width int) ([]byte, error) {
	ink, err := crop(img)
	if err != nil {
		return nil, err
	}
	fitted := fit(ink, height, width, part)
	size := fitted.Rect.Size()
	return put(fitted, image.Pt((width-size.X+1)/2, (height-size.Y+1)/2), height, width), nil
}

// whole scales img.
func whole(img image.Image, f form.Form, height, width int) ([]byte, error) {
	if img.Bounds().Empty() {
		return nil, ErrBlank
	}
	pixels := make([]byte, height*width)
	Fit(pixels, height, width, Grey(img))
	light := f.Background == form.Light
	if own := form.BackgroundOf(pixels, width); own != form.Mixed && f.Background != form.Mixed {
		light = own == form.Light
	}
	if light {
		form.Invert(pixels)
	}
	return pixels, nil
}
