package model

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/mnist/form"
)

// deep is a model of eleven layers, whose names do not sort in the order of their
// numbers.
func deep() *Model {
	m := &Model{Height: 1, Width: 2, PixelScale: 1}
	for _, name := range []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"} {
		m.Tensors = append(m.Tensors,
			Tensor{Name: "layers." + name + ".weight", Shape: []int{2, 2}, Values: []float32{1, 2, 3, 4}},
			Tensor{Name: "layers." + name + ".bias", Shape: []int{2}, Values: []float32{5, 6}})
	}
	return m
}

func encode(t testing.TB, m *Model) []byte {
	t.Helper()
	content, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestDecodeGivesTheModelBack(t *testing.T) {
	light, photos := sample(), sample()
	light.Form = form.Form{Background: form.Light, Framing: form.Cropped, Box: 24.0 / 28}
	photos.Form = form.Form{Background: form.Mixed, Framing: form.Whole}
	for _, want := range []*Model{sample(), deep(), light, photos} {
		content := encode(t, want)
		got, err := Decode(content)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if !bytes.Equal(encode(t, got), content) {
			t.Error("the model that was read is written in other bytes")
		}
	}
}

// safetensorsFile puts a header before n zero floats.
func safetensorsFile(header string, n int) []byte {
	content := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(content, header...), make([]byte, 4*n)...)
}

// validHeader is the header of a model of six pixels and three classes, 21 floats.
const validHeader = `{"__metadata__":{"format":"mnistgpu","height":"2","pixel_scale":"1","width":"3"},` +
	`"layers.0.bias":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},` +
	`"layers.0.weight":{"dtype":"F32","shape":[6,3],"data_offsets":[12,84]}}`

func TestDecodeRefuses(t *testing.T) {
	padded := validHeader + strings.Repeat(" ", (8-len(validHeader)%8)%8)
	if _, err := Decode(safetensorsFile(padded, 21)); err != nil {
		t.Fatalf("the header that the cases change is bad itself: %v", err)
	}
	for _, test := range []struct{ name, old, new, want string }{
		{"another type", `F32`, `I32`, "layers.0.weight must be of type F32 (got I32)"},
		{"a missing layer", `layers.0.`, `layers.1.`, "none of them is layers.0.weight"},
		{"a missing bias", `"layers.0.bias"`, `"layers.0.gain"`, "none of them is layers.0.bias"},
		{"a hole", `[12,84]`, `[16,88]`, "invalid metadata offset"},
		{"an overlap", `[12,84]`, `[8,80]`, "invalid metadata offset"},
		{"a length that is not the shape's", `[6,3]`, `[5,3]`, "offsets mismatch"},
		{"a product that wraps", `[6,3]`, `[4294967296,4294967296]`, "shape"},
		{"a bias for other outputs", `[6,3]`, `[3,6]`, "the shape of layers.0.bias must start with 6, like the end of layers.0.weight (got [3])"},
		{"three dimensions", `[6,3]`, `[2,3,3]`, "the shape of layers.0.weight must be 2 positive numbers (got [2 3 3])"},
		{"other pixels", `"height":"2"`, `"height":"1"`, "metadata: images must have 6 pixels"},
		{"a negative height", `"height":"2"`, `"height":"-2"`, `metadata: height must be 1 to 6 pixels (got "-2")`},
		{"no width", `,"width":"3"`, ``, `metadata: width must be 1 to 6 pixels (got "")`},
		{"a scale that is not a number", `"pixel_scale":"1"`, `"pixel_scale":"NaN"`, `metadata: pixel_scale must be a positive number (got "NaN")`},
		{"an infinite scale", `"pixel_scale":"1"`, `"pixel_scale":"Inf"`, `metadata: pixel_scale must be a positive number (got "Inf")`},
		{"another background", `"format"`, `"background":"blue","format"`, `metadata: background must be dark, light or mixed (got "blue")`},
		{"a background that is not written", `"format"`, `"background":"dark","format"`, "is not as mnistgpu writes this model"},
		{"another framing", `"height"`, `"framing":"tilted","height"`, `metadata: framing must be centred, cropped or whole (got "tilted")`},
		{"cropped to no box", `"height"`, `"framing":"cropped","height"`, "metadata: box must be greater than 0 and at most 1 (got 0)"},
		{"a box that is not a number", `"format"`, `"box":"NaN","format"`, "metadata: box must be 0 unless images are cropped (got NaN)"},
		{"a number for a text", `"height":"2"`, `"height":2`, "height"},
		{"a scale in other words", `"pixel_scale":"1"`, `"pixel_scale":"1.0"`, "is not as mnistgpu writes this model, from byte"},
		{"another format", `"format":"mnistgpu"`, `"format":"pt"`, "is not as mnistgpu writes this model"},
		{"a key that comes twice", `"height":"2"`, `"height":"9","height":"2"`, "is not as mnistgpu writes this model"},
		{"a tensor that comes twice", `"layers.0.weight":{`, `"layers.0.bias":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"layers.0.weight":{`, "is not as mnistgpu writes this model"},
		{"white space", `{"__m`, `{ "__m`, "is not as mnistgpu writes this model, from byte"},
		{"no JSON", `}}`, `}]`, "invalid header"},
		{"an array", `{"__m`, `["__m`, "must be a model in a safetensors file with a JSON object at byte 8"},
	} {
		header := strings.ReplaceAll(validHeader, test.old, test.new)
		if header == validHeader {
			t.Fatalf("%s: nothing to replace", test.name)
		}
		_, err := Decode(safetensorsFile(header, 21))
		checkFault(t, test.name, err, test.want)
	}
}

func checkFault(t *testing.T, name string, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%s: the error is %v, want one line with %q", name, err, want)
	}
}

func TestDecodeRefusesNumbersThatAreNotFinite(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		m := sample()
		m.Tensors[0].Values[2] = float32(v)
		_, err := Decode(encode(t, m))
		checkFault(t, "a weight", err, "layers.0.weight holds a number that is not finite")
	}
}

func TestDecodeRefusesOtherNetworks(t *testing.T) {
	wide := func(classes int) *Model {
		return &Model{Height: 1, Width: 1, PixelScale: 1, Tensors: []Tensor{
			{Name: "layers.0.weight", Shape: []int{1, classes}, Values: make([]float32, classes)},
			{Name: "layers.0.bias", Shape: []int{classes}, Values: make([]float32, classes)},
		}}
	}
	unbiased := deep()
	unbiased.Tensors = unbiased.Tensors[:1]
	for _, test := range []struct {
		name string
		m    *Model
		want string
	}{
		{"no class", wide(0), "the shape of layers.0.weight must be 2 positive numbers (got [1 0])"},
		{"one class", wide(1), "must have 2 to 256 classes (got 1)"},
		{"many classes", wide(257), "must have 2 to 256 classes (got 257)"},
		{"a weight alone", unbiased, "must have a weight and a bias for each layer (got 1 tensors)"},
		{"nothing", &Model{}, "must have a weight and a bias for each layer (got 0 tensors)"},
	} {
		_, err := Decode(encode(t, test.m))
		checkFault(t, test.name, err, test.want)
	}
	if _, err := Decode(encode(t, wide(256))); err != nil {
		t.Errorf("256 classes: %v", err)
	}
}

func TestDecodeRefusesHeadersThatAreTooLong(t *testing.T) {
	for _, n := range []uint64{maxHeader + 1, 1 << 40, math.MaxUint64} {
		content := append(binary.LittleEndian.AppendUint64(nil, n), '{')
		_, err := Decode(content)
		checkFault(t, "header", err, "must be a model in a safetensors file")
	}
	_, err := Decode(append(binary.LittleEndian.AppendUint64(nil, maxHeader+1), make([]byte, maxHeader+1)...))
	checkFault(t, "header", err, "with a header of at most 65536 bytes (got 65537)")
	_, err = Decode(safetensorsFile("{"+strings.Repeat("[", maxParts), 0))
	checkFault(t, "brackets", err, "must be a model whose header has at most 2128 commas and brackets (got 2129)")
	_, err = Decode(append(binary.LittleEndian.AppendUint64(nil, 100), '{'))
	checkFault(t, "header", err, "is cut off: a header of 100 bytes in a file of 9")
}

// checkStrict checks that content is refused, or is exactly what its model encodes to.
func checkStrict(t *testing.T, content []byte) (accepted bool) {
	t.Helper()
	m, err := Decode(content)
	if err != nil {
		checkFault(t, "bad content", err, "")
		return false
	}
	if !bytes.Equal(encode(t, m), content) {
		t.Errorf("accepted %q, but wrote other bytes", content)
	}
	return true
}

func TestDecodeRefusesEveryPrefix(t *testing.T) {
	content := encode(t, sample())
	for n := range content {
		if checkStrict(t, content[:n]) {
			t.Errorf("accepted the first %d of %d bytes", n, len(content))
		}
	}
	if checkStrict(t, append(content, 0)) {
		t.Error("accepted a byte too many")
	}
}

// TestDecodeOfEveryFlippedBit flips every bit. Flips in the weights and in some digits
// are accepted, since they give another model.
func TestDecodeOfEveryFlippedBit(t *testing.T) {
	content := encode(t, sample())
	refused := 0
	for i := range 8 * len(content) {
		content[i/8] ^= 1 << (i % 8)
		if !checkStrict(t, content) {
			refused++
		}
		content[i/8] ^= 1 << (i % 8)
	}
	header := 8 * int(binary.LittleEndian.Uint64(content))
	if refused < header*9/10 {
		t.Errorf("refused %d flips, want nearly all of the header's %d", refused, header)
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model.safetensors")
	if err := os.WriteFile(path, encode(t, sample()), 0o666); err != nil {
		t.Fatal(err)
	}
	got, err := Read(path)
	if diff := cmp.Diff(sample(), got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	_, err = Read(dir)
	checkFault(t, "a folder", err, dir+": is not a regular file")
	_, err = Read(filepath.Join(dir, "none"))
	checkFault(t, "a missing file", err, "none: no such file or directory")
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	_, err = Read(path)
	checkFault(t, "an empty file", err, path+": is 0 bytes long: too short for a model")
}
