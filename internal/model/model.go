// Package model represents a trained network outside of a backend: its parameters,
// what is needed to use them, and the file that holds both.
package model

import "mnistgpu/internal/mnist/form"

// MaxLayers is the most hidden layers that a model may have.
const MaxLayers = 128

// Tensor is a named array of parameters, row-major.
type Tensor struct {
	Name   string
	Shape  []int // (In, Out) of weights, (Out) of biases
	Values []float32
}

// Finite reports whether no value is NaN or infinite.
func (t Tensor) Finite() bool {
	for _, v := range t.Values {
		// The difference of an infinity or of NaN from itself is NaN.
		if v-v != 0 {
			return false
		}
	}
	return true
}

// Transposed returns a matrix with rows and columns exchanged.
func (t Tensor) Transposed() Tensor {
	rows, cols := t.Shape[0], t.Shape[1]
	values := make([]float32, 0, len(t.Values))
	for j := range cols {
		for i := range rows {
			values = append(values, t.Values[i*cols+j])
		}
	}
	return Tensor{Name: t.Name, Shape: []int{cols, rows}, Values: values}
}

// Model is a multilayer perceptron with ReLU between its layers.
type Model struct {
	Tensors       []Tensor // "layers.0.weight", "layers.0.bias", and so on
	Height, Width int      // of an image, in pixels
	PixelScale    float64  // what a byte of an image is multiplied by

	// Form is what the training images looked like. If their background is light, the
	// network takes images inverted: 255 - pixel for each pixel.
	Form form.Form
}

// Classes is the number of classes that the model tells apart.
func (m *Model) Classes() int {
	return len(m.Tensors[len(m.Tensors)-1].Values)
}
