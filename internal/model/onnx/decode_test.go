package onnx

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/model"
	"mnistgpu/internal/model/fold"
)

// A drawing is a graph that a test builds, node by node.
type drawing struct {
	parts []byte
	last  string // the output of the last node
	dims  []int  // of the input, after N
	kind  uint64 // of the input
}

func draw() *drawing { return &drawing{last: "x", dims: []int{2, 2}, kind: typeFloat} }

// node adds a node whose first input is the output of the node before.
func (d *drawing) node(op string, attributes []byte, constants ...string) *drawing {
	output := op + "." + string(rune('a'+len(d.parts)%26))
	n := node(op, append([]string{d.last}, constants...), output)
	d.parts = append(d.parts, field(graphNode, n, attributes)...)
	d.last = output
	return d
}

// constant adds an initializer.
func (d *drawing) constant(name string, values []float32, shape ...int) *drawing {
	d.parts = append(d.parts, field(graphInitializer, tensor(model.Tensor{Name: name, Shape: shape, Values: values}))...)
	return d
}

// file returns the ONNX file.
func (d *drawing) file() []byte {
	graph := message(d.parts, field(graphInput, value("x", d.kind, d.dims...)), field(graphOutput, value(d.last, typeFloat, 2)))
	return message(number(modelIRVersion, irVersion), field(modelGraph, graph))
}

// real is an attribute that holds a number.
func real(name string, v float32) []byte {
	bits := binary.LittleEndian.AppendUint32(nil, math.Float32bits(v))
	return field(nodeAttribute, text(attributeName, name), append([]byte{attributeFloat<<3 | 5}, bits...))
}

func whole(name string, v uint64) []byte { return field(nodeAttribute, attribute(name, v)) }

// parameters returns what a file is as a chain, with pixels as they are.
func parameters(content []byte, beside Reader) ([]model.Tensor, float64, error) {
	n, err := Decode(content, beside)
	if err != nil {
		return nil, 0, err
	}
	c := new(fold.Chain)
	if err := n.Build(c); err != nil {
		return nil, 0, err
	}
	return c.Parameters()
}

// Our own files come back with the same bits.
func TestDecodeGivesTheModelBack(t *testing.T) {
	for _, scale := range []float64{1.0 / 255, 1, 0.01, 2} {
		want := sample(6, 5, 4, 3)
		want.PixelScale = scale
		content, err := Encode(want)
		if err != nil {
			t.Fatal(err)
		}
		n, err := Decode(content, nil)
		if err != nil || n.Height != want.Height || n.Width != want.Width || !n.TakesBytes() {
			t.Fatalf("%+v, %v", n, err)
		}
		tensors, got, err := parameters(content, nil)
		if diff := cmp.Diff(want.Tensors, tensors); err != nil || diff != "" || got != scale {
			t.Errorf("scale %v, want %v: %v %s", got, scale, err, diff)
		}
	}
}

var (
	w = []float32{1, 2, 3, 4, 5, 6, 7, 8} // (4, 2)
	b = []float32{0.5, -0.5}
)

// Exporters write a linear layer in several ways.
func TestLinearLayers(t *testing.T) {
	transposed := []float32{1, 3, 5, 7, 2, 4, 6, 8}
	for name, test := range map[string]struct {
		d      *drawing
		weight []float32
		bias   []float32
	}{
		"Gemm":              {draw().constant("w", w, 4, 2).constant("b", b, 2).node("Flatten", nil).node("Gemm", nil, "w", "b"), w, b},
		"Gemm, transB":      {draw().constant("w", transposed, 2, 4).constant("b", b, 2).node("Gemm", whole("transB", 1), "w", "b"), w, b},
		"Gemm, alpha":       {draw().constant("w", w, 4, 2).constant("b", b, 1, 2).node("Gemm", message(real("alpha", 2), real("beta", 4)), "w", "b"), []float32{2, 4, 6, 8, 10, 12, 14, 16}, []float32{2, -2}},
		"Gemm, one bias":    {draw().constant("w", w, 4, 2).constant("b", b[:1], 1).node("Gemm", nil, "w", "b"), w, []float32{0.5, 0.5}},
		"Gemm, no bias":     {draw().constant("w", w, 4, 2).node("Gemm", nil, "w"), w, []float32{0, 0}},
		"MatMul and Add":    {draw().constant("w", w, 4, 2).constant("b", b, 2).node("MatMul", nil, "w").node("Add", nil, "b"), w, b},
		"MatMul and Sub":    {draw().constant("w", w, 4, 2).constant("b", b, 2).node("MatMul", nil, "w").node("Sub", nil, "b"), w, []float32{-0.5, 0.5}},
		"MatMul and Mul":    {draw().constant("w", w, 4, 2).constant("b", b, 2).node("MatMul", nil, "w").node("Mul", nil, "b"), []float32{0.5, -1, 1.5, -2, 2.5, -3, 3.5, -4}, []float32{0, 0}},
		"MatMul and Div":    {draw().constant("w", w, 4, 2).constant("b", b, 2).node("MatMul", nil, "w").node("Div", nil, "b"), []float32{2, -4, 6, -8, 10, -12, 14, -16}, []float32{0, 0}},
		"log-probabilities": {draw().constant("w", w, 4, 2).node("Cast", nil).node("Reshape", nil).node("MatMul", nil, "w").node("Identity", nil).node("LogSoftmax", nil).node("Squeeze", nil), w, []float32{0, 0}},
		"Dropout":           {draw().constant("w", w, 4, 2).node("Dropout", nil).node("MatMul", nil, "w"), w, []float32{0, 0}},
	} {
		tensors, scale, err := parameters(test.d.file(), nil)
		if err != nil || scale != 1 || !slices.Equal(tensors[0].Values, test.weight) || !slices.Equal(tensors[1].Values, test.bias) {
			t.Errorf("%s: %v, %v, %v; want %v and %v", name, tensors, scale, err, test.weight, test.bias)
		}
	}
}

// What is done with the input goes into the pixel scale and the bias.
func TestInputs(t *testing.T) {
	pixel := func(d *drawing) *drawing { return d.constant("w", w, 4, 2).node("MatMul", nil, "w") }
	mnist := draw().constant("255", []float32{255}).constant("m", []float32{0.1307}).constant("s", []float32{0.3081}, 1, 1).
		node("Div", nil, "255").node("Sub", nil, "m").node("Div", nil, "s")
	for name, test := range map[string]struct {
		d     *drawing
		scale float64
		bias  float64 // of the first unit, whose weights add up to 16
		bytes bool
	}{
		"as it comes": {pixel(draw()), 1, 0, false},
		"divided":     {pixel(draw().constant("255", []float32{255}).node("Div", nil, "255")), 1.0 / 255, 0, true},
		"MNIST":       {pixel(mnist), 1 / 255.0 / 0.3081, -16 * 0.1307 / 0.3081, true},
		"normalized":  {pixel(draw().constant("m", []float32{0.5}).node("Sub", nil, "m")), 1, -8, false},
	} {
		n, err := Decode(test.d.file(), nil)
		if err != nil || n.TakesBytes() != test.bytes {
			t.Errorf("%s: %v, takes bytes: %v", name, err, n.TakesBytes())
		}
		tensors, scale, err := parameters(test.d.file(), nil)
		// The bias is rounded to float32.
		if err != nil || !(math.Abs(scale-test.scale) <= 1e-15) || !(math.Abs(float64(tensors[1].Values[0])-test.bias) <= 1e-6) {
			t.Errorf("%s: %v, %v, %v", name, scale, tensors, err)
		}
	}
	d := pixel(draw())
	d.kind, d.dims = typeUint8, []int{1, 2, 2}
	if n, err := Decode(d.file(), nil); err != nil || !n.TakesBytes() || n.Height != 2 || n.Width != 2 {
		t.Errorf("bytes: %+v, %v", n, err)
	}
	d.dims = []int{4, 1, 1}
	if n, err := Decode(d.file(), nil); err != nil || n.Height != 4 || n.Width != 1 {
		t.Errorf("channels last: %+v, %v", n, err)
	}
}

func TestBatchNormalization(t *testing.T) {
	d := draw().constant("w", w, 4, 2).node("MatMul", nil, "w").
		constant("g", []float32{1, 2}, 2).constant("b", b, 2).constant("m", []float32{3, -3}, 2).constant("v", []float32{3, 0}, 2).
		node("BatchNormalization", real("epsilon", 1), "g", "b", "m", "v")
	tensors, _, err := parameters(d.file(), nil)
	// (x - 3)/2 + 0.5 and 2(x + 3) - 0.5
	if err != nil || tensors[0].Values[0] != 0.5 || tensors[0].Values[1] != 4 || tensors[1].Values[0] != -1 || tensors[1].Values[1] != 5.5 {
		t.Errorf("%v, %v", tensors, err)
	}
}

// externalWeights is a layer whose weights begin at byte 8 of another file.
func externalWeights(facts ...string) []byte {
	var entries []byte
	for i := 0; i < len(facts); i += 2 {
		entries = append(entries, field(tensorExternal, text(entryKey, facts[i]), text(entryValue, facts[i+1]))...)
	}
	d := draw()
	d.parts = field(graphInitializer, number(tensorDims, 4), number(tensorDims, 2), number(tensorType, typeFloat), text(tensorName, "w"), number(tensorLocation, isExternal), entries)
	return d.node("MatMul", nil, "w").file()
}

func TestWeightsInAnotherFile(t *testing.T) {
	data := make([]byte, 8)
	for _, v := range w {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	beside := func(name string) ([]byte, error) {
		if name != "m.data" {
			return nil, errors.New("no such file: " + name)
		}
		return data, nil
	}
	tensors, _, err := parameters(externalWeights("location", "m.data", "offset", "8", "length", "32"), beside)
	if err != nil || !slices.Equal(tensors[0].Values, w) {
		t.Errorf("%v, %v", tensors, err)
	}
	for want, facts := range map[string][]string{
		"no such file: other":                    {"location", "other"},
		`"w" begins beyond the end of "m.data"`:  {"location", "m.data", "offset", "41"},
		`"w" goes on beyond the end of "m.data"`: {"location", "m.data", "offset", "8", "length", "33"},
		`"w" must have 8 numbers for its shape`:  {"location", "m.data"},
		`"w" begins beyond the end`:              {"location", "m.data", "offset", "-1"},
		`"w" goes on beyond the end`:             {"location", "m.data", "length", "1e1"},
	} {
		if _, _, err := parameters(externalWeights(facts...), beside); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v: %v, want %s", facts, err, want)
		}
	}
	if _, _, err := parameters(externalWeights("location", "m.data"), nil); err == nil || err.Error() != `has weights in another file, "m.data"` {
		t.Error(err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	layer := func() *drawing { return draw().constant("w", w, 4, 2).constant("b", b, 2).node("MatMul", nil, "w") }
	two := layer()
	two.parts = append(two.parts, field(graphInput, value("y", typeFloat, 2))...)
	alone := draw()
	alone.last = "nowhere"
	for _, test := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"nothing", nil, "is not an ONNX file"},
		{"text", []byte("not a model"), "is not a"},
		{"half a file", layer().file()[:40], "is not a complete ONNX file"},
		{"another operator", layer().node("Sigmoid", nil).file(), `has a node "Sigmoid.`},
		{"another domain", layer().node("Relu", text(nodeDomain, "com.example")).file(), `of the kind "Relu", which a chain of linear layers and ReLU has no place for`},
		{"a sum of results", layer().node("Add", nil, "x").file(), "joins two results in its node"},
		{"softmax within", layer().node("Softmax", nil).node("Add", nil, "b").file(), `has a Softmax "Softmax.`},
		{"dropout that drops", layer().constant("r", []float32{0.5}).constant("on", []float32{1}).node("Dropout", nil, "r", "on").file(), "in training mode, which answers by chance: export the network after model.eval()"},
		{"a matrix on the left", draw().constant("w", w, 2, 4).node("Gemm", whole("transA", 1), "w").file(), "does not multiply the units by a matrix"},
		{"biases of another number", draw().constant("w", w, 4, 2).constant("b", w, 8).node("Gemm", nil, "w", "b").file(), "of 2 outputs and 8 biases"},
		{"a shape of zeros", draw().constant("w", nil, 0, 4).node("MatMul", nil, "w").file(), `the shape of "w" must be positive numbers (got [0 4])`},
		{"a shape without numbers", draw().constant("w", w, 1<<30, 1<<30).node("MatMul", nil, "w").file(), `the shape of "w" must be positive`},
		{"two inputs", two.file(), "must have one input, the images (got 2)"},
		{"an output of nothing", alone.file(), `has an output "nowhere" that does not come from the images`},
		{"an unknown scale", layer().node("BatchNormalization", nil, "b", "b", "b").file(), "whose other input is not a constant of the file"},
		{"relu last", layer().node("Relu", nil).file(), "ends with a ReLU"},
	} {
		_, _, err := parameters(test.content, nil)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want one line with %s", test.name, err, test.want)
		}
	}
}

func TestWiden(t *testing.T) {
	for _, want := range []float64{1.0 / 255, 1, 255, 0.1307, 0.3081, 0.5, -1, 1.0 / 3, 0, 1e-5} {
		if got := widen(float32(want)); got != want {
			t.Errorf("%v becomes %v", want, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	content, err := Encode(sample(6, 5, 3))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content)
	f.Add(externalWeights("location", "m.data", "offset", "8", "length", "32"))
	f.Fuzz(func(t *testing.T, content []byte) {
		_, _, err := parameters(content, func(string) ([]byte, error) { return make([]byte, 64), nil })
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("an error of two lines: %q", err)
		}
	})
}
