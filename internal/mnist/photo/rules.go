package photo

import "image"

// A rule is a line from the left to the right side of a picture, of one thickness.
const (
	ruleCover = 0.85 // the part of its length that is ink, at least
	ruleTilt  = 0.1  // the most that it rises or falls, of its length
)

// withoutRules removes the lines of ruled and squared paper from ink, except where strokes
// cross them. Ink counts from level least on.
func withoutRules(ink *image.Gray, least byte) *image.Gray {
	p := planeOf(ink)
	changed := p.eraseRules(float32(least))
	t := p.transposed()
	if t.eraseRules(float32(least)) {
		changed, p = true, t.transposed()
	}
	if !changed {
		return ink
	}
	clean := image.NewGray(ink.Rect)
	for i, v := range p.at {
		clean.Pix[i] = byte(v)
	}
	return clean
}

// eraseRules removes the lines that go from left to right. It reports whether there were
// some.
func (p *plane) eraseRules(least float32) (found bool) {
	most := int(ruleTilt * float64(p.width))
	for y := range p.height {
		if !p.near(0, y, least) {
			continue
		}
		for end := max(0, y-most); end <= min(p.height-1, y+most); end++ {
			if p.near(p.width-1, end, least) && p.cover(y, end, least) >= ruleCover {
				found = p.eraseRule(y, end, least) || found
			}
		}
	}
	return found
}

// near reports whether there is ink within three pixels of a side.
func (p *plane) near(x, y int, least float32) bool {
	for d := range min(3, p.width) {
		if p.at[y*p.width+min(x, p.width-1-d)+min(d, max(0, p.width-1-x))] >= least {
			return true
		}
	}
	return false
}

// cover returns the part of a line that is ink.
func (p *plane) cover(from, to int, least float32) float64 {
	n := 0
	for x := range p.width {
		if p.at[p.on(from, to, x, least)] >= least {
			n++
		}
	}
	return float64(n) / float64(p.width)
}

// on returns the index of the pixel of a line at x, or of one beside it if that has ink.
func (p *plane) on(from, to, x int, least float32) int {
	y := min(max(from+((to-from)*x+p.width/2)/max(p.width-1, 1), 0), p.height-1)
	i := y*p.width + x
	switch {
	case p.at[i] >= least:
	case y > 0 && p.at[i-p.width] >= least:
		return i - p.width
	case y < p.height-1 && p.at[i+p.width] >= least:
		return i + p.width
	}
	return i
}

// eraseRule erases a line where it is as thick as in most places. It reports whether it is
// thin enough for a rule.
func (p *plane) eraseRule(from, to int, least float32) bool {
	var thick []float32
	for x := range p.width {
		if top, bottom := p.run(p.on(from, to, x, least), least); bottom > top {
			thick = append(thick, float32(bottom-top))
		}
	}
	usual := int(median(thick))
	if 25*usual > p.height {
		return false
	}
	for x := range p.width {
		top, bottom := p.run(p.on(from, to, x, least), least)
		if bottom-top > usual+usual/2+1 {
			continue
		}
		for y := max(top-1, 0); y < min(bottom+1, p.height); y++ {
			p.at[y*p.width+x] = 0
		}
	}
	return true
}

// run returns the rows of the ink above and below a pixel, from top to before bottom.
func (p *plane) run(i int, least float32) (top, bottom int) {
	x, y := i%p.width, i/p.width
	if p.at[i] < least {
		return y, y
	}
	for top = y; top > 0 && p.at[(top-1)*p.width+x] >= least; top-- {
	}
	for bottom = y + 1; bottom < p.height && p.at[bottom*p.width+x] >= least; bottom++ {
	}
	return top, bottom
}
