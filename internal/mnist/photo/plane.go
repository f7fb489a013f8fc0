package photo

import (
	"image"
	"slices"
)

// A plane is a picture of numbers, row-major.
type plane struct {
	width, height int
	at            []float32
}

func newPlane(width, height int) *plane {
	return &plane{width, height, make([]float32, width*height)}
}

// planeOf returns the grey levels of a picture.
func planeOf(g *image.Gray) *plane {
	p := newPlane(g.Rect.Dx(), g.Rect.Dy())
	for y := range p.height {
		for x, v := range g.Pix[y*g.Stride:][:p.width] {
			p.at[y*p.width+x] = float32(v)
		}
	}
	return p
}

// transposed returns p with rows and columns exchanged.
func (p *plane) transposed() *plane {
	t := newPlane(p.height, p.width)
	p.transposeTo(t)
	return t
}

// transposeTo writes p with rows and columns exchanged to t.
func (p *plane) transposeTo(t *plane) {
	t.width, t.height = p.height, p.width
	for y := range p.height {
		for x := range p.width {
			t.at[x*p.height+y] = p.at[y*p.width+x]
		}
	}
}

// closed returns the closing of p with a square of 2·radius+1 pixels: dark parts that the
// square does not fit into get the level of what surrounds them.
func (p *plane) closed(radius int) *plane {
	q, t := newPlane(p.width, p.height), newPlane(p.width, p.height)
	p.largestTo(t, radius)
	t.transposeTo(q)
	q.largestTo(t, radius)
	t.negate()
	t.largestTo(q, radius)
	q.transposeTo(t)
	t.largestTo(q, radius)
	q.negate()
	return q
}

func (p *plane) negate() {
	for i, v := range p.at {
		p.at[i] = -v
	}
}

// largestTo writes p to q, with each number replaced by the largest one of its row within a
// radius.
//
// Source: the queue of candidates, each of which is larger than all later ones, is from R.
// Douglas, Running max/min calculation using a pruned ordered list, 1996.
func (p *plane) largestTo(q *plane, radius int) {
	q.width, q.height = p.width, p.height
	candidates := make([]int, p.width)
	for y := range p.height {
		row, out := p.at[y*p.width:][:p.width], q.at[y*p.width:][:p.width]
		first, end := 0, 0
		for x := range p.width + radius {
			if x < p.width {
				for end > first && row[x] >= row[candidates[end-1]] {
					end--
				}
				candidates[end] = x
				end++
			}
			if x >= radius {
				if candidates[first] < x-2*radius {
					first++
				}
				out[x-radius] = row[candidates[first]]
			}
		}
	}
}

// median returns the upper median of numbers, which it sorts.
func median[T float32 | float64 | byte](list []T) T {
	slices.Sort(list)
	return list[len(list)/2]
}
