package onnx

import (
	"fmt"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"mnistgpu/internal/model"
	"mnistgpu/internal/model/fold"
)

// keepsNumbers reports whether a node gives the numbers of an image on as they are.
func (n step) keepsNumbers() bool {
	switch n.op {
	case "Cast", "Identity", "Flatten", "Reshape", "Squeeze", "Unsqueeze":
		return true
	case "Dropout":
		return !n.drops()
	}
	return false
}

// drops reports whether a Dropout is in training mode, its third input. It then drops units
// of a trained network, too.
func (n step) drops() bool {
	return len(n.constants) > 2 && !slices.Equal(n.constants[2].values, []float32{0})
}

// number returns an attribute that is a number.
func (n step) number(name string, field protowire.Number, usual float64) float64 {
	a, ok := n.attributes[name]
	switch {
	case !ok:
		return usual
	case field == attributeFloat:
		return widen(math.Float32frombits(uint32(a.number(field))))
	}
	return float64(int64(a.number(field)))
}

// affine returns what a node does to each unit, if it is of that kind.
func (n step) affine() (a fold.Affine, ok bool) {
	if n.op == "Scaler" {
		return n.scaler()
	}
	if n.op == "BatchNormalization" {
		return n.norm()
	}
	if len(n.constants) != 2 || n.constants[1-n.data].values == nil {
		return a, false
	}
	v := n.constants[1-n.data].vector()
	all := func(f func(v float64) float64) []float64 {
		list := make([]float64, len(v))
		for i := range v {
			list[i] = f(v[i])
		}
		return list
	}
	one, zero := []float64{1}, []float64{0}
	same := func(v float64) float64 { return v }
	minus := func(v float64) float64 { return -v }
	switch {
	case n.op == "Add":
		return fold.Affine{Scale: one, Shift: v}, true
	case n.op == "Mul":
		return fold.Affine{Scale: all(same), Shift: zero}, true
	case n.op == "Sub" && n.data == 0:
		return fold.Affine{Scale: one, Shift: all(minus)}, true
	case n.op == "Sub":
		return fold.Affine{Scale: []float64{-1}, Shift: v}, true
	case n.op == "Div" && n.data == 0:
		return fold.Affine{Scale: all(func(v float64) float64 { return 1 / v }), Shift: zero}, true
	}
	return a, false
}

// scaler is scikit-learn's StandardScaler or MinMaxScaler: (x - offset) · scale.
func (n step) scaler() (a fold.Affine, ok bool) {
	offset, scale := n.attributes["offset"].floats(attributeFloats), n.attributes["scale"].floats(attributeFloats)
	if len(offset) == 0 || len(scale) != len(offset) {
		return a, false
	}
	for i, s := range scale {
		a.Scale = append(a.Scale, float64(s))
		a.Shift = append(a.Shift, -float64(offset[i])*float64(s))
	}
	return a, true
}

// norm is a batch normalization: its inputs are x, scale, bias, mean and variance.
func (n step) norm() (a fold.Affine, ok bool) {
	if len(n.constants) != 5 || n.data != 0 {
		return a, false
	}
	units := len(n.constants[1].values)
	for _, c := range n.constants[1:] {
		if units == 0 || len(c.values) != units {
			return a, false
		}
	}
	epsilon := n.number("epsilon", attributeFloat, 1e-5)
	for i := range units {
		at := func(k int) float64 { return float64(n.constants[k].values[i]) }
		scale := at(1) / math.Sqrt(at(4)+epsilon)
		a.Scale = append(a.Scale, scale)
		a.Shift = append(a.Shift, at(2)-at(3)*scale)
	}
	return a, true
}

// linear returns a Gemm, alpha·x·B + beta·C, or a MatMul, x·B.
func (n step) linear() (l fold.Linear, err error) {
	if n.op == "Dropout" {
		return l, fmt.Errorf("has a Dropout %q in training mode, which answers by chance: export the network after model.eval()", n.name)
	}
	if n.op != "Gemm" && n.op != "MatMul" {
		return l, fmt.Errorf("has a node %q (%q) whose other input is not a constant of the file", n.name, n.op)
	}
	if n.data != 0 || len(n.constants) < 2 || len(n.constants[1].shape) != 2 || n.constants[1].values == nil || n.number("transA", attributeInt, 0) != 0 {
		return l, fmt.Errorf("has a node %q (%q) that does not multiply the units by a matrix of the file", n.name, n.op)
	}
	b := model.Tensor{Shape: n.constants[1].shape, Values: slices.Clone(n.constants[1].values)}
	if n.number("transB", attributeInt, 0) != 0 {
		b = b.Transposed()
	}
	if alpha := n.number("alpha", attributeFloat, 1); n.op == "Gemm" && alpha != 1 {
		for i, v := range b.Values {
			b.Values[i] = float32(alpha * float64(v))
		}
	}
	l = fold.Linear{Name: n.name, In: b.Shape[0], Out: b.Shape[1], Weight: b.Values}
	if len(n.constants) < 3 || n.constants[2].values == nil {
		return l, nil
	}
	c := n.constants[2].values
	if len(c) != l.Out && len(c) != 1 {
		return l, fmt.Errorf("has a Gemm %q of %d outputs and %d biases", n.name, l.Out, len(c))
	}
	beta := n.number("beta", attributeFloat, 1)
	for j := range l.Out {
		l.Bias = append(l.Bias, beta*float64(c[min(j, len(c)-1)]))
	}
	return l, nil
}
