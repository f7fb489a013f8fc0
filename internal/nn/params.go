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
