// Package photo converts pictures, however they were drawn or taken, to the form of the
// images that a network was trained on, such as that of MNIST's.
//
// Its input is not trusted: sizes are checked before memory is allocated.
package photo

import (
	"errors"
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"
)

// ErrBlank says that a picture shows nothing: all of it looks like its border.
var ErrBlank = errors.New("the picture is blank")

// The ink is fitted into boxPart/boxWhole of the image, as MNIST fits digits into
// 20x20 of 28x28.
const boxPart, boxWhole = 20.0, 28

// Digit returns img as height x width bytes, row-major, from 0 for background
// to 255 for ink, in the way that MNIST was made:
//
//   - Transparent pixels are drawn over white, and colours become grey.
//   - A smooth surface is the background, without what is wider than strokes are, such as
//     shadows and a table beside the sheet; what is darker or lighter is the ink.
//   - The lines of ruled paper, what touches the sides of the picture, and specks are left
//     out.
//   - The part with ink is cropped and scaled to fit into 20/28 of the height and
//     width, keeping its proportions.
//   - The centre of mass of the ink is moved to the middle of the image.
//
// A picture that is blank over white is tried over black, for white drawings on
// transparency. The error is [ErrBlank] or [ErrSeveral].
//
// Source: Y. LeCun, C. Cortes and C. Burges, The MNIST Database of Handwritten
// Digits, which describes how the images were normalised.
func Digit(img image.Image, height, width int) ([]byte, error) {
	if height < 1 || width < 1 {
		panic("photo: Digit of no pixels")
	}
	ink, err := crop(img)
	if err != nil {
		return nil, err
	}
	return centre(fit(ink, height, width, boxPart/boxWhole), height, width), nil
}

// crop returns the part of img with ink, as [Digit] describes.
func crop(img image.Image) (*image.Gray, error) {
	if img.Bounds().Empty() {
		return nil, ErrBlank
	}
	for _, ground := range []color.Gray16{color.White, color.Black} {
		if ink, err := digitOf(reduced(grey(img, ground))); ink != nil || err != nil {
			return ink, err
		}
	}
	return nil, ErrBlank
}

// maxSide is the most pixels of a side that are looked at: enough for a digit in a twentieth
// of a picture.
const maxSide = 512

// reduced returns g with sides of at most maxSide.
func reduced(g *image.Gray) *image.Gray {
	size := g.Rect.Size()
	scale := float64(maxSide) / float64(max(size.X, size.Y))
	if scale >= 1 {
		return g
	}
	small := image.NewGray(image.Rect(0, 0, scaled(size.X, scale, maxSide), scaled(size.Y, scale, maxSide)))
	draw.BiLinear.Scale(small, small.Rect, g, g.Rect, draw.Src, nil)
	return small
}

// grey returns img over ground, without colours, with its corner at the origin.
func grey(img image.Image, ground color.Color) *image.Gray {
	g := image.NewGray(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(g, g.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
	draw.Draw(g, g.Rect, img, img.Bounds().Min, draw.Over)
	return g
}

// fit scales ink, keeping its proportions, to touch the sides of a box that is the given
// part of height x width. It also makes the strokes as strong as
// MNIST's, which are 255 inside: scaling leaves thin strokes pale.
func fit(ink *image.Gray, height, width int, part float64) *image.Gray {
	size := ink.Rect.Size()
	scale := min(
		float64(height)*part/float64(size.Y),
		float64(width)*part/float64(size.X))
	fitted := image.NewGray(image.Rect(0, 0, scaled(size.X, scale, width), scaled(size.Y, scale, height)))
	draw.CatmullRom.Scale(fitted, fitted.Rect, ink, ink.Rect, draw.Src, nil)
	stretch(fitted.Pix)
	return fitted
}

// scaled returns a length scaled, rounded and limited to 1 to limit.
func scaled(length int, scale float64, limit int) int {
	return min(max(int(math.Round(float64(length)*scale)), 1), limit)
}

// centre puts fitted into an image of height x width with its centre of mass as
// near to the middle as whole pixels and the edges allow.
func centre(fitted *image.Gray, height, width int) []byte {
	size := fitted.Rect.Size()
	var mass, massX, massY float64
	for y := range size.Y {
		for x := range size.X {
			m := float64(fitted.Pix[y*fitted.Stride+x])
			mass += m
			massX += m * float64(x)
			massY += m * float64(y)
		}
	}
	at := image.Pt(placed(massX/mass, size.X, width), placed(massY/mass, size.Y, height))
	return put(fitted, at, height, width)
}

// put returns an image of height x width with fitted in it, whose corner is at a point.
func put(fitted *image.Gray, at image.Point, height, width int) []byte {
	size := fitted.Rect.Size()
	pixels := make([]byte, height*width)
	for y := range size.Y {
		copy(pixels[(at.Y+y)*width+at.X:], fitted.Pix[y*fitted.Stride:][:size.X])
	}
	return pixels
}

// placed returns the offset of a length that puts its pixel at centre into the
// middle of a side, which is pixel 14 of 28 in MNIST, counted from 0.
func placed(centre float64, length, side int) int {
	return min(max(int(math.Round(float64(side)/2-centre)), 0), side-length)
}
