package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// A graphProto is the content of a GraphProto.
type graphProto struct {
	constants map[string]constant
	producers map[string]wire // nodes, by their outputs
	input     wire
	outputs   []string
}

// readGraph reads a graph of one input.
func readGraph(content []byte, beside Reader) (*graphProto, error) {
	w, err := parseMessage(content)
	if err != nil {
		return nil, err
	}
	g := &graphProto{constants: map[string]constant{}, producers: map[string]wire{}}
	initializers, err := w.messages(graphInitializer)
	if err != nil {
		return nil, err
	}
	for _, t := range initializers {
		if g.constants[t.text(tensorName)], err = readConstant(t, beside); err != nil {
			return nil, err
		}
	}
	nodes, err := w.messages(graphNode)
	if err != nil {
		return nil, err
	}
	for _, n := range nodes {
		for _, output := range n[nodeOutput] {
			g.producers[string(output.bytes)] = n
		}
	}
	outputs, err := w.messages(graphOutput)
	if err != nil {
		return nil, err
	}
	for _, output := range outputs {
		g.outputs = append(g.outputs, output.text(valueName))
	}
	if len(outputs) == 0 {
		return nil, errors.New("has no output")
	}
	return g, g.findInput(w)
}

// findInput finds the input that is not a constant.
func (g *graphProto) findInput(w wire) error {
	inputs, err := w.messages(graphInput)
	if err != nil {
		return err
	}
	inputs = slices.DeleteFunc(inputs, func(v wire) bool { _, ok := g.constants[v.text(valueName)]; return ok })
	if len(inputs) != 1 {
		return fmt.Errorf("must have one input, the images (got %d)", len(inputs))
	}
	g.input = inputs[0]
	return nil
}

// chain returns the nodes from the input to an output.
func (g *graphProto) chain(output string) (list []step, err error) {
	for name := output; name != g.input.text(valueName); {
		producer, ok := g.producers[name]
		if !ok || len(list) > len(g.producers) {
			return nil, fmt.Errorf("has an output %q that does not come from the images", output)
		}
		n, err := g.step(producer)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
		name = string(producer[nodeInput][n.data].bytes)
	}
	slices.Reverse(list)
	return list, nil
}

// step reads a node, of whose inputs one comes from the images.
func (g *graphProto) step(w wire) (n step, err error) {
	n = step{name: w.text(nodeName), op: w.text(nodeOp), data: -1, attributes: map[string]wire{}}
	if n.name == "" {
		n.name = w.text(nodeOutput)
	}
	if !domains[w.text(nodeDomain)] || !kinds[n.op] {
		return n, n.unknown()
	}
	attributes, err := w.messages(nodeAttribute)
	if err != nil {
		return n, err
	}
	for _, a := range attributes {
		n.attributes[a.text(attributeName)] = a
	}
	for i, input := range w[nodeInput] {
		c, isConstant := g.constantOf(string(input.bytes))
		// What a Reshape reshapes to may be computed from the images' number.
		if !isConstant && len(input.bytes) > 0 && !(n.op == "Reshape" && i == 1) {
			if n.data >= 0 {
				return n, fmt.Errorf("joins two results in its node %q (%q), and is not a chain of layers", n.name, n.op)
			}
			n.data = i
		}
		n.constants = append(n.constants, c)
	}
	if n.data < 0 {
		return n, fmt.Errorf("has a node %q (%q) without an input from the images", n.name, n.op)
	}
	return n, nil
}

// constantOf returns an initializer, or what nodes make of one.
func (g *graphProto) constantOf(name string) (constant, bool) {
	for range maxSteps {
		if c, ok := g.constants[name]; ok {
			return c, true
		}
		w := g.producers[name]
		switch {
		case w.text(nodeOp) == "Constant":
			return g.constantNode(w), true
		case w.text(nodeOp) == "Identity" && len(w[nodeInput]) == 1:
			name = w.text(nodeInput)
		default:
			return constant{}, false
		}
	}
	return constant{}, false
}

// maxSteps bounds the nodes between a constant and its use.
const maxSteps = 8

// constantNode returns the value of a node Constant, without numbers if it cannot be read.
func (g *graphProto) constantNode(w wire) constant {
	attributes, err := w.messages(nodeAttribute)
	if err != nil || len(attributes) != 1 {
		return constant{}
	}
	t, err := attributes[0].message(attributeTensor)
	if err != nil {
		return constant{}
	}
	none := func(string) ([]byte, error) { return nil, errors.New("is a constant in another file") }
	c, err := readConstant(t, none)
	if err != nil {
		return constant{}
	}
	return c
}

// unknown is the error for a node that no model has a place for.
func (n step) unknown() error {
	return fmt.Errorf("has a node %q of the kind %q, which a chain of linear layers and ReLU has no place for", n.name, n.op)
}
