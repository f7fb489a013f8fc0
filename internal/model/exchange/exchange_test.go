package exchange

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/model"
	"mnistgpu/internal/model/npz"
)

// sample is a network of the given widths, whose parameters are all different.
func sample(widths ...int) *model.Model {
	m := &model.Model{Height: 2, Width: widths[0] / 2, PixelScale: 1.0 / 3}
	count := float32(0)
	fill := func(n int) []float32 {
		values := make([]float32, n)
		for i := range values {
			count++
			values[i] = count / 7
		}
		return values
	}
	for i := range widths[1:] {
		in, out := widths[i], widths[i+1]
		m.Tensors = append(m.Tensors,
			model.Tensor{Name: fmt.Sprintf("layers.%d.weight", i), Shape: []int{in, out}, Values: fill(in * out)},
			model.Tensor{Name: fmt.Sprintf("layers.%d.bias", i), Shape: []int{out}, Values: fill(out)})
	}
	return m
}

func encode(t testing.TB, m *model.Model, f Format) []byte {
	t.Helper()
	content, err := Encode(m, f)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestDecodeGivesTheModelBack(t *testing.T) {
	deep := []int{4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 3} // names up to 20.weight
	for _, widths := range [][]int{{4, 3}, {4, 5, 3}, deep} {
		want := sample(widths...)
		for _, f := range []Format{Safetensors, NPZ, PyTorch} {
			hints := Hints{Height: 1, Width: 4, Pixels: &Pixels{Scale: 9, Deviation: 1}} // the file takes precedence
			got, err := Decode(encode(t, want, f), hints)
			if diff := cmp.Diff(want, got.Model); err != nil || diff != "" || got.AssumedSize || got.AssumedPixels {
				t.Errorf("%v as %s: %v %+v %s", widths, f, err, got, diff)
			}
		}
	}
	for _, f := range []Format{Safetensors, NPZ} {
		if got, err := Decode(encode(t, sample(4, 4), f), Hints{}); err != nil || !cmp.Equal(got.Model, sample(4, 4)) {
			t.Errorf("a square weight of our own, %s: %v", f, err)
		}
	}
}

// TestPyTorch compares with what nn.Sequential(Linear(4, 3), ReLU(), Linear(3,
// 2)).state_dict() has.
func TestPyTorch(t *testing.T) {
	m := sample(4, 3, 2)
	tensors, _, err := model.DecodeTensors(encode(t, m, PyTorch))
	if err != nil {
		t.Fatal(err)
	}
	want := []model.Tensor{
		{Name: "0.bias", Shape: []int{3}}, {Name: "0.weight", Shape: []int{3, 4}},
		{Name: "2.bias", Shape: []int{2}}, {Name: "2.weight", Shape: []int{2, 3}},
	}
	for i, got := range tensors {
		if got.Name != want[i].Name || !slices.Equal(got.Shape, want[i].Shape) {
			t.Errorf("%s %v, want %s %v", got.Name, got.Shape, want[i].Name, want[i].Shape)
		}
	}
	if got, want := tensors[1].Values[1*4+2], m.Tensors[0].Values[2*3+1]; got != want {
		t.Errorf("0.weight[1][2] is %v, want %v", got, want)
	}
}

// renamed is the file of a network whose layers have other names and (Out, In)
// weights, without metadata.
func renamed(t *testing.T, m *model.Model, names ...string) []byte {
	t.Helper()
	var tensors []model.Tensor
	for i, name := range names {
		weight, bias := m.Tensors[2*i].Transposed(), m.Tensors[2*i+1]
		weight.Name, bias.Name = name+".weight", name+".bias"
		tensors = append(tensors, weight, bias)
	}
	content, err := model.EncodeTensors(tensors, nil)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestDecodeOfAnotherProgram(t *testing.T) {
	want := sample(4, 5, 6, 3)
	content := renamed(t, want, "net.fc1", "net.fc2", "net.fc10")
	got, err := Decode(content, Hints{Height: 2, Width: 2, Pixels: &Pixels{Scale: 1.0 / 3, Deviation: 1}})
	if diff := cmp.Diff(want, got.Model); err != nil || diff != "" || got.AssumedSize || got.AssumedPixels {
		t.Errorf("%v %+v %s", err, got, diff)
	}
	want.PixelScale = 1.0 / 255
	got, err = Decode(content, Hints{})
	if diff := cmp.Diff(want, got.Model); err != nil || diff != "" || !got.AssumedSize || !got.AssumedPixels {
		t.Errorf("%v %+v %s", err, got, diff)
	}
}

func TestDecodeRefuses(t *testing.T) {
	swap := func(f Format, change func(m *model.Model)) []byte {
		m := sample(4, 5, 3)
		change(m)
		return encode(t, m, f)
	}
	tensors := func(list ...model.Tensor) []byte {
		content, err := model.EncodeTensors(list, nil)
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	nan := func(m *model.Model) { m.Tensors[2].Values[1] = float32(math.NaN()) }
	for _, test := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"nothing", nil, "is 0 bytes long: too short for a model"},
		{"text", []byte("a text that is not a model"), "must be a model in a safetensors file"},
		{"half an archive", []byte("PK\x03\x04 and no more"), "is not a complete npz file: "},
		{"a pickle of PyTorch", []byte("PK\x03\x04 and more, archive/data.pkl"), "is a file of torch.save, which only Python can read: safetensors.torch.save_file writes"},
		{"no tensors", tensors(), "(got no layer)"},
		{"a bias alone", tensors(model.Tensor{Name: "a.bias", Shape: []int{2}, Values: make([]float32, 2)}), `has a layer "a" that lacks its weight`},
		{"another tensor", tensors(model.Tensor{Name: "mask", Shape: []int{1}, Values: []float32{0}}), `must hold only the weights and biases of linear layers`},
		{"a convolution", tensors(model.Tensor{Name: "a.weight", Shape: []int{1, 1, 2, 2}, Values: make([]float32, 4)}), `(got "a.weight" of shape [1 1 2 2])`},
		{"no numbers", tensors(model.Tensor{Name: "a.weight", Shape: []int{0, 1 << 40}}), `the shape of "a.weight" must be positive numbers (got [0 1099511627776])`},
		{"layers that do not meet", renamed(t, apart(2), "1", "2"), `has weights and biases whose shapes do not follow each other`},
		{"squares", renamed(t, sample(4, 4, 4), "1", "2"), "has only square weights"},
		{"no image", renamed(t, sample(6, 3), "a"), "takes 6 pixels, which are not a square: give the height and width"},
		{"one class", encode(t, sample(4, 1), PyTorch), "must have 2 to 256 classes (got 1)"},
		{"NaN in safetensors", swap(Safetensors, nan), "layers.1.weight holds a number that is not finite"},
		{"NaN in npz", swap(NPZ, nan), "layers.1.weight holds a number that is not finite"},
		{"NaN for PyTorch", swap(PyTorch, nan), "layers.1.weight holds a number that is not finite"},
		{"another size", swap(NPZ, func(m *model.Model) { m.Height = 3 }), "metadata: images must have 4 pixels"},
		{"a scale that is none", swap(NPZ, func(m *model.Model) { m.PixelScale = math.NaN() }), `pixel_scale must be a positive number (got "NaN")`},
	} {
		_, err := Decode(test.content, Hints{})
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want one line with %s", test.name, err, test.want)
		}
	}
}

// TestDecodeOfTwins has an archive that contains the same array twice.
func TestDecodeOfTwins(t *testing.T) {
	var b bytes.Buffer
	twin := npz.Array{Name: "a.bias", Shape: []int{2}, Values: []float32{1, 2}}
	if err := npz.Write(&b, twin, twin); err != nil {
		t.Fatal(err)
	}
	_, err := Decode(b.Bytes(), Hints{})
	if err == nil || !strings.Contains(err.Error(), `must hold only the weights and biases of linear layers and batch normalizations, each once (got "a.bias" of shape [2])`) {
		t.Errorf("twins: %v", err)
	}
}

func TestCompareNames(t *testing.T) {
	names := []string{"fc10", "0", "fc2", "net.10", "10", "fc1", "2", "net.9", "fc"}
	slices.SortFunc(names, compareNames)
	if want := "0 2 10 fc fc1 fc2 fc10 net.9 net.10"; strings.Join(names, " ") != want {
		t.Errorf("%v, want %s", names, want)
	}
}

func FuzzDecode(f *testing.F) {
	for _, format := range []Format{Safetensors, NPZ, PyTorch} {
		f.Add(encode(f, sample(4, 5, 3), format))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		m, err := Decode(content, Hints{})
		if err == nil {
			encode(t, m.Model, ONNX)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("an error of two lines: %q", err)
		}
	})
}
