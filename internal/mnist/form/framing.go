package form

import (
	"math"
	"slices"
)

const (
	// faint is the least difference from the background that counts as ink.
	faint = 32

	// most is the part of the images that must lie alike.
	most = 0.9

	// loose is by which part of the height and the width the ink of images that count as
	// cropped may differ in size and in place: 4 pixels of 28.
	loose = 1.0 / 7

	// mnistBox is the part of MNIST's images that the ink is fitted into.
	mnistBox = 20.0 / 28
)

// A place is where the ink of an image is. Numbers are in pixels from the corner.
type place struct {
	left, top, right, bottom int // the box around the ink
	x, y                     float64
}

// placeOf returns the place of the ink, which is lighter than the background unless
// inverted is true. ok is false if there is none.
func placeOf(image []byte, width int, inverted bool) (p place, ok bool) {
	var border histogram
	border.addBorder(image, width)
	ground := border.median()
	p = place{left: width, top: len(image) / width}
	var mass, massX, massY float64
	for i, v := range image {
		ink := int(v) - ground
		if inverted {
			ink = -ink
		}
		if ink < faint {
			continue
		}
		x, y := i%width, i/width
		p.left, p.right = min(p.left, x), max(p.right, x+1)
		p.top, p.bottom = min(p.top, y), max(p.bottom, y+1)
		mass += float64(ink)
		massX += float64(ink) * float64(x)
		massY += float64(ink) * float64(y)
	}
	p.x, p.y = massX/mass, massY/mass
	return p, mass > 0
}

// part returns the larger part of the height and the width that the box takes.
func (p place) part(height, width int) float64 {
	return max(float64(p.bottom-p.top)/float64(height), float64(p.right-p.left)/float64(width))
}

// centred reports whether the ink lies as in MNIST's images, give or take a pixel: whose
// centre of mass is at pixel 14 of 28, counted from 0.
func (p place) centred(height, width int) bool {
	fits := func(length, side int) bool { return float64(length) <= mnistBox*float64(side)+1 }
	near := func(mass float64, side int) bool { return math.Abs(mass-float64(side)/2) <= 1 }
	return fits(p.bottom-p.top, height) && fits(p.right-p.left, width) && near(p.y, height) && near(p.x, width)
}

// cropped reports whether the ink takes about a part of the image, and its box is about in
// the middle.
func (p place) cropped(height, width int, part float64) bool {
	near := func(low, high, side int) bool { return math.Abs(float64(low+high-side)/2) <= loose*float64(side) }
	return math.Abs(p.part(height, width)-part) <= loose && near(p.top, p.bottom, height) && near(p.left, p.right, width)
}

// framing decides from the places of many images.
func framing(places []place, height, width int) (Framing, float64) {
	share := func(is func(place) bool) float64 {
		n := 0
		for _, p := range places {
			if is(p) {
				n++
			}
		}
		return float64(n) / float64(len(places))
	}
	if len(places) == 0 {
		return Whole, 0
	}
	if share(func(p place) bool { return p.centred(height, width) }) >= most {
		return Centred, 0
	}
	var parts []float64
	for _, p := range places {
		parts = append(parts, p.part(height, width))
	}
	slices.Sort(parts)
	typical := parts[len(parts)/2]
	if share(func(p place) bool { return p.cropped(height, width, typical) }) >= most {
		return Cropped, typical
	}
	return Whole, 0
}
