package mnist

import "math"

// A hand is one style of handwriting: it maps a digit of height 1 to the image.
type hand struct {
	xx, xy, yx, yy float64 // size, turn and slant, in pixels
	x, y           float64 // centre, in pixels
	lattice        [nodes][nodes]node
}

// A node is the deformation around one point of the digit.
type node struct {
	dx, dy float64 // bend, in heights
	weight float64 // growth of the stroke to each side, in heights
}

// nodes is the number of nodes along each side of the digit. They are 0.5 heights
// apart, from -0.75 to 0.75.
const nodes = 4

// hand returns a random hand.
func (p *pen) hand() hand {
	height := p.between(17, 21)
	width := float64(height * p.between(0.75, 1.35))
	turn, slant := p.between(-0.25, 0.25), p.between(-0.3, 0.3)
	h := hand{
		xx: width, xy: -height * (turn + slant),
		yx: width * turn, yy: height,
		x: side/2 + p.between(-1.5, 1.5),
		y: side/2 + p.between(-1.5, 1.5),
	}
	weight := p.between(-0.025, 0.03)
	for i := range h.lattice {
		for j := range h.lattice[i] {
			h.lattice[i][j] = node{
				dx:     p.between(-0.13, 0.13),
				dy:     p.between(-0.13, 0.13),
				weight: weight + p.between(-0.02, 0.02),
			}
		}
	}
	return h
}

// place returns the position of v in the image, in pixels, rounded to 1/64 of a
// pixel, which float32 represents exactly.
func (h *hand) place(v vertex) (x, y float32) {
	n := h.at(v.x, v.y)
	vx := v.x + n.dx + float64(n.weight*v.nx)
	vy := v.y + n.dy + float64(n.weight*v.ny)
	return round(h.x + float64(h.xx*vx) + float64(h.xy*vy)),
		round(h.y + float64(h.yx*vx) + float64(h.yy*vy))
}

// at returns the deformation at (x, y), interpolated between the nodes around it.
func (h *hand) at(x, y float64) node {
	j, u := cell(x)
	i, v := cell(y)
	above := h.lattice[i][j].mix(u, h.lattice[i][j+1])
	below := h.lattice[i+1][j].mix(u, h.lattice[i+1][j+1])
	return above.mix(v, below)
}

// cell returns the node before x and how far x is towards the next, smoothed so
// that strokes have no corner at a node.
func cell(x float64) (i int, t float64) {
	t = min(max(2*x+1.5, 0), nodes-1)
	i = min(int(t), nodes-2)
	t -= float64(i)
	return i, float64(t*t) * (3 - float64(2*t))
}

// mix returns the node at t between a and b.
func (a node) mix(t float64, b node) node {
	return node{lerp(t, a.dx, b.dx), lerp(t, a.dy, b.dy), lerp(t, a.weight, b.weight)}
}

func round(x float64) float32 { return float32(math.Round(x*64) / 64) }
