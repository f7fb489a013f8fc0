package photo

import "image"

// A finding is ink that may be a digit.
type finding struct {
	ink    *image.Gray
	box    image.Rectangle // empty if there is none
	border int             // pixels at the sides of the picture
	energy int             // sum of the squares of its levels: a few strokes outweigh a pale shadow
	err    error
}

// digitOf returns the part of g that a digit is in, as levels of ink, or nil if there is
// none. Ink may be darker or lighter than its background. The error is [ErrSeveral].
func digitOf(g *image.Gray) (*image.Gray, error) {
	p := planeOf(g)
	p.flatten()
	dark := find(p)
	p.negate()
	light := find(p)
	best := dark
	if light.beats(dark, g.Rect.Size()) {
		best = light
	}
	if best.box.Empty() {
		return nil, best.err
	}
	return best.ink.SubImage(best.box).(*image.Gray), best.err
}

// find looks for a digit that is darker than its background.
func find(p *plane) (f finding) {
	ink := inkOf(p)
	if bounds(ink).Empty() {
		return f
	}
	ink = withoutRules(ink, threshold(ink)/3)
	f.ink, f.err = only(ink)
	f.box = bounds(f.ink)
	for y := f.box.Min.Y; y < f.box.Max.Y; y++ {
		for x := f.box.Min.X; x < f.box.Max.X; x++ {
			v := int(f.ink.Pix[y*f.ink.Stride+x])
			f.energy += v * v
			if v > 0 && (x == 0 || y == 0 || x == p.width-1 || y == p.height-1) {
				f.border++
			}
		}
	}
	return f
}

// beats reports whether f is the digit rather than other, which is of the opposite ink. Of
// a stroke and the background that it encloses, the stroke is the digit.
func (f finding) beats(other finding, size image.Point) bool {
	edge := func(f finding) bool { return 8*f.border > size.X+size.Y }
	switch {
	case f.box.Empty() || other.box.Empty():
		return other.box.Empty()
	case edge(f) != edge(other):
		return edge(other)
	case f.box != other.box && f.box.In(other.box):
		return false
	case f.box != other.box && other.box.In(f.box):
		return true
	}
	return f.energy > other.energy
}
