package backendtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

const (
	directions     = 20
	directionStep  = 1e-6
	directionLimit = 1e-7

	coordinates     = 200
	coordinateStep  = 1e-5
	coordinateLimit = 1e-5
	coordinateFloor = 1e-5 // smaller derivatives are lost in the rounding of the loss
)

// CheckGradient compares the gradient of a loss with central differences
//
//	(loss(params + h·d) - loss(params - h·d)) / 2h
//
// in 20 random directions d (h = 1e-6, relative limit 1e-7) and along 200 random
// coordinates whose derivative is above 1e-5 (h = 1e-5, relative limit 1e-5). The
// params are the loss's own memory, as returned by [Reference.Values], and are
// restored; grads is the gradient in their order. The steps are so small that almost no
// ReLU unit changes sides, which only float64 allows.
func CheckGradient(loss func() (float64, error), params, grads [][]float64) error {
	c := gradientCheck{loss: loss, params: params, grads: grads, rand: rand.New(rand.NewPCG(3, 4))}
	for i := range directions {
		d := make([][]float64, len(params))
		for t := range d {
			d[t] = normal(c.rand, len(params[t]))
		}
		if err := c.along(d, directionStep, directionLimit); err != nil {
			return fmt.Errorf("direction %d: %w", i, err)
		}
	}
	return c.coordinates()
}

type gradientCheck struct {
	loss          func() (float64, error)
	params, grads [][]float64
	rand          *rand.Rand
}

// coordinates checks some of the coordinates whose derivatives are large enough.
func (c *gradientCheck) coordinates() error {
	type coordinate struct{ tensor, index int }
	var steep []coordinate
	for t, grad := range c.grads {
		for i, g := range grad {
			if math.Abs(g) > coordinateFloor {
				steep = append(steep, coordinate{t, i})
			}
		}
	}
	if len(steep) < coordinates {
		return fmt.Errorf("%d derivatives are above %v, want %d to check", len(steep), coordinateFloor, coordinates)
	}
	c.rand.Shuffle(len(steep), func(i, j int) { steep[i], steep[j] = steep[j], steep[i] })
	for _, at := range steep[:coordinates] {
		d := make([][]float64, len(c.params))
		for t := range d {
			d[t] = make([]float64, len(c.params[t]))
		}
		d[at.tensor][at.index] = 1
		if err := c.along(d, coordinateStep, coordinateLimit); err != nil {
			return fmt.Errorf("tensor %d, element %d: %w", at.tensor, at.index, err)
		}
	}
	return nil
}

// along compares grads·d with the difference of the loss along d.
func (c *gradientCheck) along(d [][]float64, h, limit float64) error {
	above, err := c.lossAt(d, h)
	if err != nil {
		return err
	}
	below, err := c.lossAt(d, -h)
	if err != nil {
		return err
	}
	slope := 0.0
	for t := range d {
		for i := range d[t] {
			slope += c.grads[t][i] * d[t][i]
		}
	}
	difference := (above - below) / (2 * h)
	if e := math.Abs(slope-difference) / math.Abs(difference); !(e <= limit) {
		return fmt.Errorf("derivative is %v, the loss changes by %v: relative error %.3g, limit %.3g",
			slope, difference, e, limit)
	}
	return nil
}

// lossAt returns the loss at params + h·d.
func (c *gradientCheck) lossAt(d [][]float64, h float64) (float64, error) {
	kept := make([][]float64, len(c.params))
	for t, p := range c.params {
		kept[t] = slices.Clone(p)
		for i := range p {
			p[i] += h * d[t][i]
		}
	}
	loss, err := c.loss()
	for t, p := range c.params {
		copy(p, kept[t])
	}
	return loss, err
}
