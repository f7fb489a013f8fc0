package photo

import (
	"image"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// inkOf returns how much darker each pixel is than the background, minus the noise of the
// background itself. There are two backgrounds, of which the nearer one counts: the smooth
// surface, from which p has the differences, and what a closing of p leaves, whose square
// takes up half of the picture: a shadow, or a table beside the sheet, is no ink.
func inkOf(p *plane) *image.Gray {
	rest := p.closed(min(max(p.width, p.height)/4, min(p.width, p.height)/3))
	for i, v := range p.at {
		rest.at[i] = min(rest.at[i]-v, max(-v, 0))
	}
	noise := noiseOf(rest)
	ink := image.NewGray(image.Rect(0, 0, p.width, p.height))
	for i, v := range rest.at {
		ink.Pix[i] = byte(min(max(v-noise, 0), 255))
	}
	return ink
}

// noiseOf returns the largest level that is not ink: the median and four times the median
// absolute difference from it, which for a normal distribution is 2.7 standard deviations.
func noiseOf(p *plane) float32 {
	var list []float32
	for i := 0; i < len(p.at); i += max(1, len(p.at)/10_007) { // a prime number, so that columns differ
		list = append(list, p.at[i])
	}
	middle := median(list)
	for i, v := range list {
		list[i] = max(v-middle, middle-v)
	}
	return middle + 4*median(list)
}

// terms are the coefficients of a surface of second degree.
const terms = 6

// flatten subtracts from p the smooth surface that most of it follows, a
// polynomial of second degree. It is fitted to a sample, by least squares with the weights
// of Tukey, which leave out what is far from it.
//
// Source: A. Beaton and J. Tukey, The fitting of power series, meaning polynomials,
// illustrated on band-spectroscopic data, 1974.
func (p *plane) flatten() {
	sample := p.sample()
	c := [terms]float64{sample.middle()}
	for range 12 {
		next, ok := sample.fit(c)
		if !ok {
			break
		}
		c = next
	}
	for y := range p.height {
		for x := range p.width {
			p.at[y*p.width+x] -= float32(dot(c, p.terms(x, y)))
		}
	}
}

// terms are 1, x, y, x², xy, y² of a pixel, with x and y from -1 to 1.
func (p *plane) terms(x, y int) [terms]float64 {
	u, v := 2*float64(x)/float64(max(p.width-1, 1))-1, 2*float64(y)/float64(max(p.height-1, 1))-1
	return [terms]float64{1, u, v, u * u, u * v, v * v}
}

// dot returns the level of a surface at the place of t.
func dot(c, t [terms]float64) (level float64) {
	for k, v := range t {
		level += c[k] * v
	}
	return level
}

// A sample is some pixels of a plane.
type sample struct {
	terms  [][terms]float64
	levels []float64
}

// sample takes some 64 pixels of the shorter side.
func (p *plane) sample() (s sample) {
	step := max(1, min(p.width, p.height)/64)
	for y := step / 2; y < p.height; y += step {
		for x := step / 2; x < p.width; x += step {
			s.terms = append(s.terms, p.terms(x, y))
			s.levels = append(s.levels, float64(p.at[y*p.width+x]))
		}
	}
	return s
}

// middle is the median.
func (s sample) middle() float64 { return median(slices.Clone(s.levels)) }

// fit returns the surface through the sample, by the weights that the differences from c
// give. It reports whether it is determined.
func (s sample) fit(c [terms]float64) (next [terms]float64, ok bool) {
	rest := make([]float64, len(s.levels))
	for i, v := range s.levels {
		rest[i] = math.Abs(v - dot(c, s.terms[i]))
	}
	// For a normal distribution, this is its standard deviation. Less than 2 levels of
	// grey says nothing.
	scale := max(1.4826*median(slices.Clone(rest)), 2)
	normal, right := mat.NewSymDense(terms, nil), mat.NewVecDense(terms, nil)
	for i, t := range s.terms {
		u := rest[i] / (4.685 * scale)
		if u >= 1 {
			continue
		}
		w := (1 - u*u) * (1 - u*u)
		for j := range t {
			right.SetVec(j, right.AtVec(j)+w*t[j]*s.levels[i])
			for k := j; k < terms; k++ {
				normal.SetSym(j, k, normal.At(j, k)+w*t[j]*t[k])
			}
		}
	}
	var chol mat.Cholesky
	var solution mat.VecDense
	if !chol.Factorize(normal) || chol.SolveVecTo(&solution, right) != nil {
		return next, false
	}
	copy(next[:], solution.RawVector().Data)
	return next, true
}
