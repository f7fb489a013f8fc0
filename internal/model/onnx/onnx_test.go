package onnx

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"mnistgpu/internal/mnist/form"
	"mnistgpu/internal/model"
)

// sample is a network of the given widths with random parameters.
func sample(widths ...int) *model.Model {
	draw := rand.New(rand.NewPCG(1, 0))
	m := &model.Model{Height: 2, Width: widths[0] / 2, PixelScale: 1.0 / 255}
	tensor := func(name string, n int, shape ...int) {
		t := model.Tensor{Name: name, Shape: shape, Values: make([]float32, n)}
		for i := range t.Values {
			t.Values[i] = float32(draw.NormFloat64())
		}
		m.Tensors = append(m.Tensors, t)
	}
	for i := range widths[1:] {
		tensor("layers."+strconv.Itoa(i)+".weight", widths[i]*widths[i+1], widths[i], widths[i+1])
		tensor("layers."+strconv.Itoa(i)+".bias", widths[i+1], widths[i+1])
	}
	return m
}

// fields is a message, parsed without its schema.
type fields map[protowire.Number][]any // []byte or uint64

func parse(t *testing.T, b []byte) fields {
	t.Helper()
	f := fields{}
	for len(b) > 0 {
		n, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			t.Fatal(protowire.ParseError(size))
		}
		b = b[size:]
		var v any
		if kind == protowire.VarintType {
			v, size = protowire.ConsumeVarint(b)
		} else {
			v, size = protowire.ConsumeBytes(b)
		}
		if size < 0 {
			t.Fatal(protowire.ParseError(size))
		}
		f[n] = append(f[n], v)
		b = b[size:]
	}
	return f
}

func (f fields) text(n protowire.Number) string { return string(f[n][0].([]byte)) }

// evaluate runs the nodes of an ONNX file one after the other, as float64, on
// one image.
func evaluate(t *testing.T, content, image []byte) []float64 {
	t.Helper()
	graph := parse(t, parse(t, content)[7][0].([]byte))
	values := map[string][]float64{}
	for _, b := range graph[5] {
		tensor := parse(t, b.([]byte))
		raw := tensor[9][0].([]byte)
		for i := 0; i < len(raw); i += 4 {
			bits, _ := protowire.ConsumeFixed32(raw[i:])
			values[tensor.text(8)] = append(values[tensor.text(8)], float64(math.Float32frombits(bits)))
		}
	}
	for _, v := range image {
		values["images"] = append(values["images"], float64(v))
	}
	for _, b := range graph[1] {
		node := parse(t, b.([]byte))
		var in [][]float64
		for _, name := range node[1] {
			v, ok := values[string(name.([]byte))]
			if !ok {
				t.Fatalf("%s reads %q before it is there", node.text(4), name)
			}
			in = append(in, v)
		}
		values[node.text(2)] = apply(t, node.text(4), in)
	}
	return values["probabilities"]
}

// apply computes an operator of ONNX as its specification says.
func apply(t *testing.T, op string, in [][]float64) []float64 {
	t.Helper()
	y := slices.Clone(in[0])
	switch op {
	case "Cast", "Flatten":
	case "Sub":
		y = slices.Clone(in[1])
		for i := range y {
			y[i] = in[0][0] - y[i]
		}
	case "Mul":
		for i := range y {
			y[i] *= in[1][0]
		}
	case "Relu":
		for i := range y {
			y[i] = max(y[i], 0)
		}
	case "Gemm":
		y = slices.Clone(in[2])
		for i, x := range in[0] {
			for j := range y {
				y[j] += x * in[1][i*len(y)+j]
			}
		}
	case "Softmax":
		sum := 0.0
		for i := range y {
			y[i] = math.Exp(y[i])
			sum += y[i]
		}
		for i := range y {
			y[i] /= sum
		}
	default:
		t.Fatalf("unknown operator %s", op)
	}
	return y
}

// byHand computes the probabilities from the model itself.
func byHand(m *model.Model, image []byte) []float64 {
	x := make([]float64, len(image))
	for i, v := range image {
		x[i] = float64(float32(m.PixelScale)) * float64(v)
	}
	for l := 0; l < len(m.Tensors); l += 2 {
		y := make([]float64, len(m.Tensors[l+1].Values))
		for j := range y {
			y[j] = float64(m.Tensors[l+1].Values[j])
			for i := range x {
				y[j] += x[i] * float64(m.Tensors[l].Values[i*len(y)+j])
			}
			if l+2 < len(m.Tensors) && y[j] < 0 {
				y[j] = 0
			}
		}
		x = y
	}
	sum := 0.0
	for i := range x {
		x[i] = math.Exp(x[i])
		sum += x[i]
	}
	for i := range x {
		x[i] /= sum
	}
	return x
}

// near allows for float64 sums in another order.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12 }

func TestEncodeComputesTheModel(t *testing.T) {
	image := []byte{0, 255, 17, 3, 128, 90}
	for _, widths := range [][]int{{6, 3}, {6, 5, 3}, {6, 5, 4, 3}} {
		m := sample(widths...)
		content, err := Encode(m)
		if err != nil {
			t.Fatal(err)
		}
		want := byHand(m, image)
		if got := evaluate(t, content, image); !slices.EqualFunc(got, want, near) {
			t.Errorf("%v gives %v, want %v", widths, got, want)
		}
		for i := range m.Tensors { // every tensor counts
			mutant := sample(widths...)
			for j := range mutant.Tensors[i].Values {
				mutant.Tensors[i].Values[j] += float32(j%5) / 5 // not alike for all classes
			}
			content, err := Encode(mutant)
			if err != nil {
				t.Fatal(err)
			}
			if got := evaluate(t, content, image); slices.EqualFunc(got, want, near) {
				t.Errorf("%v: %s makes no difference", widths, mutant.Tensors[i].Name)
			}
		}
	}
}

// TestLightBackgrounds has a network that was trained on inverted images.
func TestLightBackgrounds(t *testing.T) {
	image := []byte{0, 255, 17, 3, 128, 90}
	m := sample(6, 5, 3)
	m.Form.Background = form.Light
	content, err := Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	inverted := slices.Clone(image)
	form.Invert(inverted)
	if got, want := evaluate(t, content, image), byHand(m, inverted); !slices.EqualFunc(got, want, near) {
		t.Errorf("it gives %v, want %v", got, want)
	}
	if slices.EqualFunc(byHand(m, image), byHand(m, inverted), near) {
		t.Error("inverting makes no difference")
	}
}

func TestEncodeSaysWhatItIs(t *testing.T) {
	content, err := Encode(sample(6, 5, 3))
	if err != nil {
		t.Fatal(err)
	}
	file := parse(t, content)
	opset := parse(t, file[8][0].([]byte))
	if file[1][0] != uint64(7) || opset[2][0] != uint64(13) {
		t.Errorf("versions %v and %v, want 7 and 13", file[1], opset[2])
	}
	graph := parse(t, file[7][0].([]byte))
	for _, test := range []struct {
		field protowire.Number
		want  []byte
	}{
		// ValueInfoProto by hand: name, type { tensor { element, shape } }.
		{11, []byte("\x0a\x06images\x12\x13\x0a\x11\x08\x02\x12\x0d\x0a\x03\x12\x01N\x0a\x02\x08\x02\x0a\x02\x08\x03")},
		{12, []byte("\x0a\x0dprobabilities\x12\x0f\x0a\x0d\x08\x01\x12\x09\x0a\x03\x12\x01N\x0a\x02\x08\x03")},
	} {
		if got := graph[test.field]; len(got) != 1 || !bytes.Equal(got[0].([]byte), test.want) {
			t.Errorf("field %d is %q, want %q", test.field, got, test.want)
		}
	}
	again, err := Encode(sample(6, 5, 3))
	if err != nil || !bytes.Equal(content, again) {
		t.Errorf("equal models gave different files, %v", err)
	}
}
