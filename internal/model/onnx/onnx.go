// Package onnx writes a trained network as an ONNX file.
package onnx

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"

	"mnistgpu/internal/mnist/form"
	"mnistgpu/internal/model"
)

// Input and Output are the names of the network's input and output.
const (
	Input  = "images"        // (N, height, width) uint8, 0 to 255
	Output = "probabilities" // (N, classes) float32
)

// Versions that every runtime since 2021 supports: those of ONNX 1.8.
const (
	irVersion    = 7
	opsetVersion = 13
)

// inverted is the name of the node that inverts the images, and of its output.
const inverted = "inverted"

// maxBytes is the most bytes that a protocol buffer may have.
const maxBytes = math.MaxInt32

// Encode returns a valid model as an ONNX file, whose network takes any number N of
// images as bytes and returns the probabilities of the classes:
//
//	x = Flatten(pixel scale · Cast(images))
//	x = Relu(Gemm(x, weight, bias)) for each hidden layer
//	probabilities = Softmax(Gemm(x, weight, bias))
//
// If the background of the training images is light, 255 - Cast(images) takes the place of
// Cast(images). Weights and biases keep their names, shapes and bits. Equal models give equal
// bytes. The error says that the model is too large for the format.
func Encode(m *model.Model) ([]byte, error) {
	parameters := 0
	for _, t := range m.Tensors {
		parameters += len(t.Values)
	}
	if parameters > (maxBytes-1<<20)/4 {
		return nil, fmt.Errorf("%d parameters are too many for ONNX, whose files have at most 2 GiB", parameters)
	}
	return message(
		number(modelIRVersion, irVersion),
		text(modelProducer, "mnistgpu"),
		field(modelGraph, graph(m)),
		field(modelOpset, text(opsetDomain, ""), number(opsetVersionField, opsetVersion)),
		formOf(m),
	), nil
}

// formOf returns the entries of the metadata that say how the images look, as far as they
// are not as MNIST's.
func formOf(m *model.Model) []byte {
	var entries []byte
	metadata := m.Metadata("")
	for _, key := range []string{"background", "framing", "box"} {
		if v, ok := metadata[key]; ok {
			entries = append(entries, field(modelMetadata, text(entryKey, key), text(entryValue, v))...)
		}
	}
	return entries
}

// graph returns the GraphProto of m.
func graph(m *model.Model) []byte {
	var g []byte
	add := func(parts ...[]byte) { g = append(g, message(parts...)...) }
	add(field(graphNode, node("Cast", []string{Input}, "floats", attribute("to", typeFloat))))
	x, constants := "floats", []model.Tensor{{Name: "pixel_scale", Values: []float32{float32(m.PixelScale)}}}
	if m.Form.Background == form.Light {
		add(field(graphNode, node("Sub", []string{"white", x}, inverted)))
		x, constants = inverted, append(constants, model.Tensor{Name: "white", Values: []float32{255}})
	}
	add(field(graphNode, node("Mul", []string{x, "pixel_scale"}, "scaled")))
	add(field(graphNode, node("Flatten", []string{"scaled"}, "pixels", attribute("axis", 1))))
	x = "pixels"
	for i := 0; i < len(m.Tensors); i += 2 {
		layer := "layers." + strconv.Itoa(i/2)
		add(field(graphNode, node("Gemm", []string{x, m.Tensors[i].Name, m.Tensors[i+1].Name}, layer)))
		x = layer
		if i < len(m.Tensors)-2 {
			x += ".relu"
			add(field(graphNode, node("Relu", []string{layer}, x)))
		}
	}
	add(field(graphNode, node("Softmax", []string{x}, Output, attribute("axis", 1))))
	add(text(graphName, "mnistgpu"))
	for _, t := range append(constants, m.Tensors...) {
		add(field(graphInitializer, tensor(t)))
	}
	add(field(graphInput, value(Input, typeUint8, m.Height, m.Width)))
	add(field(graphOutput, value(Output, typeFloat, m.Classes())))
	return g
}

// node returns a NodeProto named after its output.
func node(op string, inputs []string, output string, attributes ...[]byte) []byte {
	var n []byte
	for _, in := range inputs {
		n = append(n, text(nodeInput, in)...)
	}
	n = append(n, message(text(nodeOutput, output), text(nodeName, output), text(nodeOp, op))...)
	for _, a := range attributes {
		n = append(n, field(nodeAttribute, a)...)
	}
	return n
}

// attribute returns an AttributeProto that holds a whole number.
func attribute(name string, v uint64) []byte {
	return message(text(attributeName, name), number(attributeInt, v), number(attributeType, attributeIsInt))
}

// tensor returns the TensorProto of t.
func tensor(t model.Tensor) []byte {
	var dims []byte
	for _, n := range t.Shape {
		dims = append(dims, number(tensorDims, uint64(n))...)
	}
	raw := make([]byte, 0, 4*len(t.Values))
	for _, v := range t.Values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return message(dims, number(tensorType, typeFloat), text(tensorName, t.Name), field(tensorRaw, raw))
}

// value returns the ValueInfoProto of a batch of any size N.
func value(name string, elements uint64, dims ...int) []byte {
	shape := field(shapeDim, text(dimName, "N"))
	for _, n := range dims {
		shape = append(shape, field(shapeDim, number(dimValue, uint64(n)))...)
	}
	tensor := field(typeTensor, number(tensorTypeElement, elements), field(tensorTypeShape, shape))
	return message(text(valueName, name), field(valueType, tensor))
}

// message joins the fields of a message.
func message(fields ...[]byte) []byte {
	var b []byte
	for _, f := range fields {
		b = append(b, f...)
	}
	return b
}

// field returns a field that holds a message, or bytes.
func field(n protowire.Number, parts ...[]byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, n, protowire.BytesType), message(parts...))
}

func text(n protowire.Number, s string) []byte { return field(n, []byte(s)) }

func number(n protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, n, protowire.VarintType), v)
}
