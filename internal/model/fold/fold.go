// Package fold turns the layers of other programs' networks into those of a
// [model.Model]: linear layers with ReLU between them. Preprocessing and batch
// normalization are affine maps of each unit, which the linear layer before or after
// them can take over.
package fold

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"mnistgpu/internal/model"
)

// A Linear is a linear layer, x·Weight + Bias.
type Linear struct {
	Name    string
	In, Out int
	Weight  []float32 // (In, Out), row-major
	Bias    []float64 // Out, or nil for a layer without
}

// An Affine maps each unit x to Scale·x + Shift. Both have a number for each unit, or
// one for all.
type Affine struct{ Scale, Shift []float64 }

// at returns the scale and the shift of a unit.
func (a Affine) at(unit int) (scale, shift float64) {
	pick := func(v []float64) float64 {
		if len(v) == 1 {
			return v[0]
		}
		return v[unit]
	}
	return pick(a.Scale), pick(a.Shift)
}

// fits reports whether a has numbers for n units.
func (a Affine) fits(n int) bool {
	return (len(a.Scale) == 1 || len(a.Scale) == n) && (len(a.Shift) == 1 || len(a.Shift) == n)
}

// then returns the map that applies a and after it b.
func (a Affine) then(b Affine) (Affine, error) {
	n := max(len(a.Scale), len(a.Shift), len(b.Scale), len(b.Shift))
	if !a.fits(n) || !b.fits(n) {
		return Affine{}, errors.New("has maps of different numbers of units, one after the other")
	}
	c := Affine{make([]float64, n), make([]float64, n)}
	for i := range n {
		s, t := a.at(i)
		u, v := b.at(i)
		c.Scale[i], c.Shift[i] = u*s, u*t+v
	}
	return c, nil
}

// A Chain collects the layers of a network, from its input to its logits. The first map
// is that from the bytes of an image to the network's input. Nothing is added after a
// fault, which Parameters returns.
type Chain struct {
	err       error
	scale     float64 // of pixels
	layers    []Linear
	pending   *Affine // of the input, or of the last ReLU
	rectified bool    // whether a ReLU followed the last linear layer
}

// Linear adds a linear layer, whose numbers it keeps.
func (c *Chain) Linear(l Linear) {
	if len(l.Weight) != l.In*l.Out || l.Bias != nil && len(l.Bias) != l.Out {
		panic("fold: a linear layer whose numbers do not fit its shape")
	}
	if l.Bias == nil {
		l.Bias = make([]float64, l.Out)
	}
	if c.err = cmp.Or(c.err, c.follows(l)); c.err != nil {
		return
	}
	if len(c.layers) == 0 {
		c.takeScale()
	}
	if c.pending != nil {
		l.after(*c.pending)
	}
	c.layers, c.pending, c.rectified = append(c.layers, l), nil, false
}

// follows checks that l can come next.
func (c *Chain) follows(l Linear) error {
	if c.pending != nil && !c.pending.fits(l.In) {
		return fmt.Errorf("has a map of another number of units before the %d inputs of %q", l.In, l.Name)
	}
	if len(c.layers) == 0 {
		return nil
	}
	before := c.layers[len(c.layers)-1]
	switch {
	case !c.rectified:
		return fmt.Errorf("has no ReLU between the layers %q and %q", before.Name, l.Name)
	case before.Out != l.In:
		return fmt.Errorf("has a layer %q of %d outputs before %q of %d inputs", before.Name, before.Out, l.Name, l.In)
	}
	return nil
}

// takeScale takes the largest scale, without its sign, out of the map of the input.
func (c *Chain) takeScale() {
	c.scale = 1
	if c.pending == nil {
		return
	}
	largest := math.Abs(slices.MaxFunc(c.pending.Scale, func(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) }))
	if largest == 0 {
		c.err = errors.New("multiplies its input by 0")
		return
	}
	c.scale = largest
	rest := Affine{slices.Clone(c.pending.Scale), c.pending.Shift}
	for i := range rest.Scale {
		rest.Scale[i] /= largest
	}
	c.pending = &rest
}

// after folds a map of the inputs into l: (s·x+t)·W + b is x·(s·W) + (t·W + b).
func (l *Linear) after(a Affine) {
	for i := range l.In {
		scale, shift := a.at(i)
		if scale == 1 && shift == 0 {
			continue
		}
		row := l.Weight[i*l.Out:][:l.Out]
		for j, w := range row {
			l.Bias[j] += shift * float64(w)
			row[j] = float32(scale * float64(w))
		}
	}
}

// Affine adds a map of each unit.
func (c *Chain) Affine(a Affine) {
	if c.err != nil {
		return
	}
	if len(c.layers) > 0 && !c.rectified {
		c.err = c.layers[len(c.layers)-1].before(a)
		return
	}
	if c.pending != nil {
		a, c.err = c.pending.then(a)
	}
	c.pending = &a
}

// before folds a map of the outputs into l: s·(x·W + b) + t is x·(W·s) + (b·s + t).
func (l *Linear) before(a Affine) error {
	if !a.fits(l.Out) {
		return fmt.Errorf("has a map of another number of units after the %d outputs of %q", l.Out, l.Name)
	}
	for j := range l.Out {
		scale, shift := a.at(j)
		l.Bias[j] = scale*l.Bias[j] + shift
		for i := j; i < len(l.Weight); i += l.Out {
			l.Weight[i] = float32(scale * float64(l.Weight[i]))
		}
	}
	return nil
}

// ReLU adds max(x, 0). ReLU of ReLU is the same as one.
func (c *Chain) ReLU() {
	switch {
	case c.err != nil:
	case len(c.layers) == 0:
		c.err = errors.New("has a ReLU before its first linear layer")
	case c.rectified && c.pending != nil:
		c.err = errors.New("has a map of the units between two ReLUs, which a model has no place for")
	}
	c.rectified = true
}

// Parameters returns the tensors of the network, with the names and shapes that a model
// has, and what a model multiplies the bytes of an image by. The error says in one line
// what is wrong with the network.
func (c *Chain) Parameters() (tensors []model.Tensor, pixelScale float64, err error) {
	switch {
	case c.err != nil:
		return nil, 0, c.err
	case len(c.layers) == 0:
		return nil, 0, errors.New("has no linear layer")
	case c.rectified:
		return nil, 0, errors.New("ends with a ReLU, after which there can be no logits")
	}
	for i, l := range c.layers {
		bias := make([]float32, l.Out)
		for j, b := range l.Bias {
			bias[j] = float32(b)
		}
		tensors = append(tensors,
			model.Tensor{Name: fmt.Sprintf("layers.%d.weight", i), Shape: []int{l.In, l.Out}, Values: l.Weight},
			model.Tensor{Name: fmt.Sprintf("layers.%d.bias", i), Shape: []int{l.Out}, Values: bias})
	}
	return tensors, c.scale, nil
}
