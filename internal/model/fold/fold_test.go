package fold

import (
	"strings"
	"testing"
)

// layer is a linear layer of n inputs and outputs.
func layer(name string, n int) Linear {
	return Linear{Name: name, In: n, Out: n, Weight: make([]float32, n*n)}
}

func every(scale, shift float64) Affine { return Affine{[]float64{scale}, []float64{shift}} }

// What a chain computes is tested with the files that exchange reads. Here are the
// networks that no model can stand for.
func TestChainsThatAreRefused(t *testing.T) {
	two := Affine{[]float64{1, 2}, []float64{0}}
	for _, test := range []struct {
		name  string
		build func(c *Chain)
		want  string
	}{
		{"nothing", func(c *Chain) {}, "has no linear layer"},
		{"no ReLU", func(c *Chain) { c.Linear(layer("a", 2)); c.Linear(layer("b", 2)) }, `has no ReLU between the layers "a" and "b"`},
		{"only ReLU", func(c *Chain) { c.ReLU() }, "has a ReLU before its first linear layer"},
		{"ReLU last", func(c *Chain) { c.Linear(layer("a", 2)); c.ReLU() }, "ends with a ReLU"},
		{"widths", func(c *Chain) { c.Linear(layer("a", 2)); c.ReLU(); c.Linear(layer("b", 3)) }, `has a layer "a" of 2 outputs before "b" of 3 inputs`},
		{"a map before", func(c *Chain) { c.Affine(two); c.Linear(layer("a", 3)) }, `has a map of another number of units before the 3 inputs of "a"`},
		{"a map after", func(c *Chain) { c.Linear(layer("a", 3)); c.Affine(two) }, `has a map of another number of units after the 3 outputs of "a"`},
		{"maps", func(c *Chain) { c.Affine(two); c.Affine(Affine{[]float64{1, 2, 3}, []float64{0}}) }, "has maps of different numbers of units"},
		{"a map between ReLUs", func(c *Chain) { c.Linear(layer("a", 2)); c.ReLU(); c.Affine(two); c.ReLU() }, "has a map of the units between two ReLUs"},
		{"zero", func(c *Chain) { c.Affine(every(0, 1)); c.Linear(layer("a", 2)) }, "multiplies its input by 0"},
		{"the first fault", func(c *Chain) { c.ReLU(); c.Affine(two); c.Linear(layer("a", 3)); c.ReLU() }, "has a ReLU before its first linear layer"},
	} {
		c := new(Chain)
		test.build(c)
		if _, _, err := c.Parameters(); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
}

// The scale of the input that all pixels share leaves the weights as they are.
func TestPixelScaleIsTakenOut(t *testing.T) {
	c := new(Chain)
	c.Affine(every(1.0/255, 0))
	c.Affine(every(-4, 0))
	c.Linear(Linear{Name: "a", In: 2, Out: 1, Weight: []float32{0.1, 0.3}})
	tensors, scale, err := c.Parameters()
	if err != nil || scale != 4.0/255 || tensors[0].Values[0] != -0.1 || tensors[0].Values[1] != -0.3 || tensors[1].Values[0] != 0 {
		t.Errorf("%v, %v, %v", tensors, scale, err)
	}
	c = new(Chain)
	c.Linear(layer("a", 2))
	c.ReLU()
	c.ReLU()
	c.Linear(layer("b", 2))
	if _, scale, err := c.Parameters(); err != nil || scale != 1 {
		t.Errorf("a network without maps: %v, %v", scale, err)
	}
}
