package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"mnistgpu/internal/mnist/form"
	"mnistgpu/internal/model/fold"
)

// A Network is the content of an ONNX file: a chain of nodes from images to the logits or
// probabilities of the classes.
type Network struct {
	Height, Width int // of an image, or 0 if the file does not tell
	Metadata      map[string]string
	Layers        []string // names of the linear layers, in order
	Norms         []string // names of the batch normalizations
	steps         []step
	bytes         bool // whether pixels are whole numbers
}

// A step is a node of the chain.
type step struct {
	name, op   string
	attributes map[string]wire
	data       int        // which of its inputs the chain goes through
	constants  []constant // the inputs; that of the chain is empty
}

// kinds are the operators that are known.
var kinds = map[string]bool{
	"Gemm": true, "MatMul": true, "Relu": true, "Softmax": true, "LogSoftmax": true,
	"Add": true, "Sub": true, "Mul": true, "Div": true, "BatchNormalization": true, "Scaler": true,
	"Cast": true, "Identity": true, "Flatten": true, "Reshape": true, "Squeeze": true, "Unsqueeze": true, "Dropout": true,
}

// domains are those of the operators that are known: ONNX itself, and that of scikit-learn's
// scalers.
var domains = map[string]bool{"": true, "ai.onnx": true, "ai.onnx.ml": true}

// Decode reads an ONNX file that holds linear layers (Gemm, or MatMul and Add) with Relu
// between them, and what is folded into these: multiplication, addition, subtraction and
// division by constants, BatchNormalization, Scaler. Flatten, Reshape, Cast, Identity,
// Dropout, Squeeze and Unsqueeze leave the numbers of an image alone, and Softmax and
// LogSoftmax may come last. Everything else is named and refused.
//
// Of several outputs, the first one with such a chain is taken. The content is not trusted.
// The error says in one line what is wrong with it.
func Decode(content []byte, beside Reader) (*Network, error) {
	file, err := parseMessage(content)
	if err != nil {
		return nil, err
	}
	if file.bytes(modelGraph) == nil {
		return nil, errors.New("is not an ONNX file")
	}
	g, err := readGraph(file.bytes(modelGraph), once(beside))
	if err != nil {
		return nil, err
	}
	n := &Network{Metadata: map[string]string{}}
	entries, err := file.messages(modelMetadata)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		n.Metadata[e.text(entryKey)] = e.text(entryValue)
	}
	if err := n.readInput(g.input); err != nil {
		return nil, err
	}
	for _, output := range g.outputs {
		if n.steps, err = g.chain(output); err == nil {
			n.dropInversion()
			return n, nil
		}
	}
	return nil, err
}

// dropInversion removes the inversion that Encode writes for a model of images on a light
// background: the model itself takes them inverted.
func (n *Network) dropInversion() {
	if n.Metadata["background"] != form.Light.String() {
		return
	}
	n.steps = slices.DeleteFunc(n.steps, func(s step) bool { return s.op == "Sub" && s.data == 1 && s.name == inverted })
}

// readInput reads the size and the type of the images from a ValueInfoProto. Sides are the
// last two dimensions of three or more, or those before a last one of 1, as in Keras.
func (n *Network) readInput(input wire) error {
	kind, err := input.message(valueType)
	if err != nil {
		return err
	}
	tensor, err := kind.message(typeTensor)
	if err != nil {
		return err
	}
	n.bytes = sizes[tensor.number(tensorTypeElement)] == 0
	shape, err := tensor.message(tensorTypeShape)
	if err != nil {
		return err
	}
	dims, err := shape.messages(shapeDim)
	if err != nil {
		return err
	}
	if k := len(dims); k == 4 && dims[3].number(dimValue) == 1 {
		dims = dims[:3]
	}
	if k := len(dims); k >= 3 {
		height, width := dims[k-2].number(dimValue), dims[k-1].number(dimValue)
		if height > 0 && width > 0 && height <= math.MaxInt32 && width <= math.MaxInt32 {
			n.Height, n.Width = int(height), int(width)
		}
	}
	return nil
}

// TakesBytes reports whether the network takes pixels from 0 to 255: they are whole
// numbers, or the first thing that it does is to multiply by less than a sixteenth.
func (n *Network) TakesBytes() bool {
	if n.bytes {
		return true
	}
	for _, s := range n.steps {
		if a, ok := s.affine(); ok {
			return math.Abs(a.Scale[0]) < 1.0/16
		}
		if !s.keepsNumbers() {
			break
		}
	}
	return false
}

// Build adds the layers to a chain, to which the map from pixels to the network's input has
// been added, and notes the names of the layers. The error says in one line what is wrong.
func (n *Network) Build(c *fold.Chain) error {
	for i, s := range n.steps {
		switch a, ok := s.affine(); {
		case s.keepsNumbers():
		case s.op == "Relu":
			c.ReLU()
		case s.op == "Softmax" || s.op == "LogSoftmax":
			if slices.ContainsFunc(n.steps[i+1:], func(after step) bool { return !after.keepsNumbers() }) {
				return fmt.Errorf("has a %s %q before its end", s.op, s.name)
			}
		case ok:
			c.Affine(a)
			if s.op == "BatchNormalization" {
				n.Norms = append(n.Norms, s.name)
			}
		default:
			l, err := s.linear()
			if err != nil {
				return err
			}
			n.Layers = append(n.Layers, l.Name)
			c.Linear(l)
		}
	}
	return nil
}
