package nn

import (
	"fmt"

	"mnistgpu/internal/backend"
)

// Param is a tensor of parameters, with its name and shape in a model file.
type Param struct {
	Name   string
	Shape  []int
	Tensor backend.Tensor
}

// Params lists the weights and biases, first layer first: "layers.0.weight" of
// shape (In, Out), "layers.0.bias" of shape (Out), and so on.
func (m *MLP) Params() []Param {
	var params []Param
	for i, l := range m.layers {
		params = append(params,
			Param{fmt.Sprintf("layers.%d.weight", i), []int{l.w.Rows, l.w.Cols}, l.w},
			Param{fmt.Sprintf("layers.%d.bias", i), []int{l.b.Cols}, l.b})
	}
	return params
}

// State lists the tensors that the method keeps for the parameters from step to step,
// in the order of the parameters: "layers.0.weight.momentum" and
// "layers.0.bias.momentum", for Adam "layers.0.weight.adam_m", "layers.0.weight.adam_v"
// and so on, and none for SGD. Each has the shape of its parameter and is zero before
// the first step.
func (m *MLP) State() []Param {
	var state []Param
	params := m.Params()
	for i, l := range m.layers {
		for j, kept := range [][]backend.Tensor{l.wState, l.bState} {
			p := params[2*i+j]
			for k, name := range m.method.state() {
				state = append(state, Param{p.Name + "." + name, p.Shape, kept[k]})
			}
		}
	}
	return state
}
