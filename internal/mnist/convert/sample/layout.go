package sample

import (
	"image/color"
	"math"
)

// A Layout says how the numbers of an image are arranged. The zero value is a square.
type Layout struct {
	Height, Width int  // in pixels, or both 0 if only Numbers is known
	Numbers       int  // of an image, in all its channels
	Channels      int  // 0 and 1 are grey, 3 red, green and blue, 4 with opacity
	Planar        bool // a channel's numbers follow one another, not a pixel's
}

// IsSquare reports whether n pixels are a square image.
func IsSquare(n int) bool {
	side := int(math.Sqrt(float64(n)))
	return n > 0 && side*side == n
}

// LayoutOf returns the layout of an image of the given shape: any number of pixels,
// height x width, or that with 1, 3 or 4 channels last or first.
func LayoutOf(shape []int) (l Layout, ok bool) {
	l = Layout{Numbers: 1, Channels: 1}
	for _, dim := range shape {
		l.Numbers *= dim
	}
	isChannels := func(n int) bool { return n == 1 || n == 3 || n == 4 }
	switch {
	case len(shape) <= 1:
	case len(shape) == 2:
		l.Height, l.Width = shape[0], shape[1]
	case len(shape) == 3 && isChannels(shape[2]):
		l.Height, l.Width, l.Channels = shape[0], shape[1], shape[2]
	case len(shape) == 3 && isChannels(shape[0]):
		l.Channels, l.Height, l.Width, l.Planar = shape[0], shape[1], shape[2], true
	default:
		return l, false
	}
	return l, true
}

// Grey writes the grey levels of an image of several channels to dst, as [color.GrayModel]
// has them: opacity counts as over black.
func (l Layout) Grey(dst, channels []byte) {
	n := len(dst)
	step, next := l.Channels, 1
	if l.Planar {
		step, next = 1, n
	}
	for i := range dst {
		at := i * step
		c := color.NRGBA{channels[at], channels[at+next], channels[at+2*next], 255}
		if l.Channels == 4 {
			c.A = channels[at+3*next]
		}
		dst[i] = color.GrayModel.Convert(c).(color.Gray).Y
	}
}
