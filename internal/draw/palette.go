package draw

import (
	"image"
	"image/color"
)

// Palette gives a colour for each value of a byte.
type Palette [256]color.RGBA

// Diverging returns a palette for numbers of either sign: from blue, which is
// negative, through near white at [Zero] to red.
func Diverging() *Palette {
	stops := []color.RGBA{
		{0x05, 0x30, 0x61, 0xff}, {0x43, 0x93, 0xc3, 0xff}, {0xf7, 0xf7, 0xf7, 0xff},
		{0xd6, 0x60, 0x4d, 0xff}, {0x67, 0x00, 0x1f, 0xff},
	}
	p := new(Palette)
	for i := range p {
		at := (float64(max(i, 1)-Zero)/(Zero-1) + 1) / 2 * float64(len(stops)-1)
		left := min(int(at), len(stops)-2)
		p[i] = mix(stops[left], stops[left+1], at-float64(left))
	}
	return p
}

// Zero is the byte that stands for 0 in a [Diverging] palette; the extremes are
// Zero - 127 and Zero + 127.
const Zero = 128

// mix returns the colour at the given part of the way from a to b.
func mix(a, b color.RGBA, part float64) color.RGBA {
	between := func(x, y uint8) uint8 { return uint8(float64(x) + part*(float64(y)-float64(x)) + 0.5) }
	return color.RGBA{between(a.R, b.R), between(a.G, b.G), between(a.B, b.B), 0xff}
}

// Tile returns an image of height x width pixels, neither enlarged nor labelled, in
// the colours of the palette or, if that is nil, in grey.
func Tile(height, width int, pixels []byte, palette *Palette) image.Image {
	bounds := image.Rect(0, 0, width, height)
	if palette == nil {
		return &image.Gray{Pix: pixels, Stride: width, Rect: bounds}
	}
	colors := make(color.Palette, len(palette))
	for i, c := range palette {
		colors[i] = c
	}
	return &image.Paletted{Pix: pixels, Stride: width, Rect: bounds, Palette: colors}
}
