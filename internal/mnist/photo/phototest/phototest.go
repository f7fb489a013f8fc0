// Package phototest makes photos of digits for tests: paper and ink, light that falls off,
// ruled paper, tables, dirt, blur, perspective and the losses of JPEG.
package phototest

import (
	"image"
	"math"
	"math/rand/v2"
)

// Side is the width and height of a photo in pixels.
const Side = 280

// A Kind is a way in which people take pictures of digits.
type Kind struct {
	Name string
	make func(p *photo)
}

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{
		{"clean", func(p *photo) { p.paper, p.ink = 255, 0 }},
		{"scanned", func(p *photo) { p.noise(3) }},
		{"light on dark", func(p *photo) { p.paper, p.ink = 40, 220; p.noise(2) }},
		{"light falls off by 40", func(p *photo) { p.falloff(40); p.noise(2) }},
		{"light falls off by 80", func(p *photo) { p.falloff(80); p.noise(2) }},
		{"light falls off by 120", func(p *photo) { p.falloff(120); p.noise(2) }},
		{"pencil", func(p *photo) { p.ink = p.paper - 100; p.falloff(60); p.noise(2) }},
		{"vignette", func(p *photo) { p.vignette(110); p.noise(2) }},
		{"shadow", func(p *photo) { p.shadow(60); p.noise(2) }},
		{"ruled", func(p *photo) { p.paper = 240; p.rules(false); p.noise(2) }},
		{"squared", func(p *photo) { p.paper = 240; p.rules(true); p.noise(2) }},
		{"sheet on a table", func(p *photo) { p.table(); p.noise(2) }},
		{"frame", func(p *photo) { p.frame(); p.noise(1) }},
		{"specks", func(p *photo) { p.specks(); p.noise(2) }},
		{"blurred", func(p *photo) { p.blur(3); p.noise(2) }},
		{"small", func(p *photo) { p.size = 0.25; p.noise(2) }},
		{"perspective", func(p *photo) { p.tilt = 0.25; p.falloff(40); p.noise(2) }},
		{"all at once", func(p *photo) {
			p.tilt = 0.12
			p.rules(false)
			p.falloff(60)
			p.specks()
			p.blur(1)
			p.noise(3)
		}},
	}
}

// A photo is what a picture is painted with.
type photo struct {
	random     *rand.Rand
	digits     [][]byte // of 28x28
	paper, ink float64
	size, tilt float64   // of a digit, of the side; how much shorter one side of the sheet is
	light      []float64 // factors, or none
	cover      []float64 // what lies over the paper: ink that is not the digits', 0 to 1
	finish     []func(v []float64)
}

// Make returns a photo of one or several digits, images of 28x28 with 0 for the background,
// from left to right. Equal seeds give equal photos.
func (k Kind) Make(seed uint64, digits ...[]byte) *image.Gray {
	p := &photo{random: rand.New(rand.NewPCG(seed, 7)), digits: digits, paper: 225, size: 0.7}
	p.ink = 0.2 * p.paper
	p.cover = make([]float64, Side*Side)
	k.make(p)
	return p.paint()
}

// paint puts the parts together.
func (p *photo) paint() *image.Gray {
	v := make([]float64, Side*Side)
	width := p.size / math.Sqrt(float64(len(p.digits)))
	dx, dy := p.within(width*float64(len(p.digits))), p.within(width)
	lean := p.tilt * (2*p.random.Float64() - 1)
	for y := range Side {
		for x := range Side {
			i := y*Side + x
			// Positions on the sheet, 0 to 1, of which the upper end may be shorter.
			t := float64(y) / Side
			s := (float64(x)/Side-0.5)*(1+lean*(t-0.5)) + 0.5
			strength := max(p.cover[i], p.strength(s-dx, t-dy, width))
			v[i] = p.paper + strength*(p.ink-p.paper)
			if p.light != nil {
				v[i] *= p.light[i]
			}
		}
	}
	for _, f := range p.finish {
		f(v)
	}
	img := image.NewGray(image.Rect(0, 0, Side, Side))
	for i := range v {
		img.Pix[i] = byte(min(max(v[i]+0.5, 0), 255))
	}
	return img
}

// within is a random place for something of a part of the side, near the middle.
func (p *photo) within(part float64) float64 {
	return (1-part)/2 + 0.5*max(0, 0.9-part)*(p.random.Float64()-0.5)
}

// strength is the ink at a place relative to the first digit, whose side is width.
func (p *photo) strength(s, t, width float64) float64 {
	k := int(math.Floor(s / width))
	if k < 0 || k >= len(p.digits) || t < 0 || t >= width {
		return 0
	}
	x, y := (s/width-float64(k))*28-0.5, t/width*28-0.5
	at := func(i, j int) float64 {
		if i < 0 || j < 0 || i > 27 || j > 27 {
			return 0
		}
		return float64(p.digits[k][i*28+j]) / 255
	}
	i, j := int(math.Floor(y)), int(math.Floor(x))
	fy, fx := y-float64(i), x-float64(j)
	return (1-fy)*((1-fx)*at(i, j)+fx*at(i, j+1)) + fy*((1-fx)*at(i+1, j)+fx*at(i+1, j+1))
}

// falloff darkens the paper linearly by some levels, in a random direction.
func (p *photo) falloff(levels float64) {
	sin, cos := math.Sincos(2 * math.Pi * p.random.Float64())
	most := math.Abs(sin) + math.Abs(cos)
	p.lit(func(x, y float64) float64 { return 1 - levels/p.paper*(0.5+(x*cos+y*sin)/most/2) })
}

// vignette darkens the corners by some levels.
func (p *photo) vignette(levels float64) {
	p.lit(func(x, y float64) float64 { return 1 - levels/p.paper*(x*x+y*y)/2 })
}

// shadow darkens one side of a soft edge.
func (p *photo) shadow(levels float64) {
	sin, cos := math.Sincos(2 * math.Pi * p.random.Float64())
	at := 0.8 * (p.random.Float64() - 0.5)
	p.lit(func(x, y float64) float64 { return 1 - levels/p.paper/(1+math.Exp(-20*(x*cos+y*sin-at))) })
}

// lit multiplies the light by f of a place from -1 to 1.
func (p *photo) lit(f func(x, y float64) float64) {
	if p.light == nil {
		p.light = make([]float64, Side*Side)
		for i := range p.light {
			p.light[i] = 1
		}
	}
	for i := range p.light {
		p.light[i] *= f(2*float64(i%Side)/(Side-1)-1, 2*float64(i/Side)/(Side-1)-1)
	}
}

// rules draws the lines of ruled or squared paper, a third to two thirds as dark as the ink
// of a pen and one to three pixels wide.
func (p *photo) rules(squared bool) {
	every, first := 30+p.random.IntN(30), p.random.IntN(30)
	thick := 1 + p.random.IntN(3)
	strength := (60 / (p.paper - p.ink)) * (0.7 + 0.6*p.random.Float64())
	slope := 0.04 * (p.random.Float64() - 0.5)
	for i := range p.cover {
		x, y := i%Side, i/Side
		on := func(along, across int) bool {
			d := across - first + int(slope*float64(along)) + 2*every
			return d%every < thick
		}
		if on(x, y) || squared && on(-y, x) {
			p.cover[i] = strength
		}
	}
}

// table puts the sheet on a table that is darker, which is seen at one to four sides.
func (p *photo) table() {
	desk := 40 + 60*p.random.Float64()
	var edge [4]float64
	for i := range edge {
		if i == 0 || p.random.IntN(2) == 0 {
			edge[i] = 0.03 + 0.1*p.random.Float64()
		}
	}
	skew := 0.05 * (p.random.Float64() - 0.5)
	p.finish = append(p.finish, func(v []float64) {
		for i := range v {
			x, y := float64(i%Side)/Side, float64(i/Side)/Side
			u, w := x+skew*(y-0.5), y-skew*(x-0.5)
			if u < edge[0] || 1-u < edge[1] || w < edge[2] || 1-w < edge[3] {
				v[i] = desk
			}
		}
	})
}

// frame draws a black frame.
func (p *photo) frame() {
	thick := 2 + p.random.IntN(12)
	p.finish = append(p.finish, func(v []float64) {
		for i := range v {
			x, y := i%Side, i/Side
			if min(x, y, Side-1-x, Side-1-y) < thick {
				v[i] = 0
			}
		}
	})
}

// specks are twelve spots of dirt.
func (p *photo) specks() {
	for range 12 {
		cx, cy, r := p.random.Float64()*Side, p.random.Float64()*Side, 1+1.5*p.random.Float64()
		strength := 0.3 + 0.7*p.random.Float64()
		for i := range p.cover {
			if math.Hypot(float64(i%Side)-cx, float64(i/Side)-cy) <= r {
				p.cover[i] = strength
			}
		}
	}
}

// blur is a box of 2·radius+1 pixels, twice.
func (p *photo) blur(radius int) {
	pass := func(v []float64, step, row int) {
		line := make([]float64, Side)
		for k := range Side {
			for i := range line {
				sum, n := 0.0, 0.0
				for d := max(i-radius, 0); d <= min(i+radius, Side-1); d++ {
					sum, n = sum+v[k*row+d*step], n+1
				}
				line[i] = sum / n
			}
			for i := range line {
				v[k*row+i*step] = line[i]
			}
		}
	}
	p.finish = append(p.finish, func(v []float64) {
		for range 2 {
			pass(v, 1, Side)
			pass(v, Side, 1)
		}
	})
}

// noise adds normally distributed noise.
func (p *photo) noise(sigma float64) {
	p.finish = append(p.finish, func(v []float64) {
		for i := range v {
			v[i] += sigma * p.random.NormFloat64()
		}
	})
}
