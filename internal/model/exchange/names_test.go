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

// savez is the file that numpy.savez writes of tensors.
func savez(t *testing.T, tensors ...model.Tensor) []byte {
	t.Helper()
	var b bytes.Buffer
	var arrays []npz.Array
	for _, x := range tensors {
		arrays = append(arrays, npz.Array{Name: x.Name, Shape: x.Shape, Values: x.Values})
	}
	if err := npz.Write(&b, arrays...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// as returns tensor i of m under another name.
func as(m *model.Model, i int, name string) model.Tensor {
	tensor := m.Tensors[i]
	tensor.Name = name
	return tensor
}

// Each program has names of its own for the same network.
func TestNamesOfPrograms(t *testing.T) {
	want := sample(4, 5, 6, 3)
	all := func(names ...string) []byte {
		var list []model.Tensor
		for i, name := range names {
			list = append(list, as(want, i, name))
		}
		return savez(t, list...)
	}
	apart := savez(t, as(want, 0, "arr_0"), as(want, 2, "arr_1"), as(want, 4, "arr_2"), as(want, 1, "arr_3"), as(want, 3, "arr_4"), as(want, 5, "arr_5"))
	for name, content := range map[string][]byte{
		"Keras, by get_weights": all("arr_0", "arr_1", "arr_2", "arr_3", "arr_4", "arr_5"),
		"Keras, by name":        all("dense/kernel:0", "dense/bias:0", "dense_1/kernel:0", "dense_1/bias:0", "dense_2/kernel:0", "dense_2/bias:0"),
		"Flax":                  all("params/Dense_0/kernel", "params/Dense_0/bias", "params/Dense_1/kernel", "params/Dense_1/bias", "params/Dense_2/kernel", "params/Dense_2/bias"),
		"Flax, with dots":       all("params.Dense_0.kernel", "params.Dense_0.bias", "params.Dense_1.kernel", "params.Dense_1.bias", "params.Dense_10.kernel", "params.Dense_10.bias"),
		"scikit-learn":          apart,
		"scikit-learn, by name": all("coefs_0", "intercepts_0", "coefs_1", "intercepts_1", "coefs_2", "intercepts_2"),
		"by hand":               all("W1", "b1", "W2", "b2", "W3", "b3"),
		"by hand, in words":     all("weights_1", "biases_1", "weights_2", "biases_2", "weights_10", "biases_10"),
	} {
		got, err := Decode(content, Hints{Height: 2, Width: 2, Pixels: &Pixels{Scale: 1.0 / 3, Deviation: 1}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(want, got.Model); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Without numbers in the names, shapes decide, then the order of an npz file.
func TestOrderOfNamesWithoutNumbers(t *testing.T) {
	names := []string{"in", "mid", "late", "out"}
	unique := renamed(t, sample(4, 5, 6, 7, 3), names...)
	if got, err := Decode(unique, Hints{}); err != nil || !slices.Equal(got.Layers, names) {
		t.Errorf("shapes that fit in one order: %v %v", got, err)
	}
	equal := sample(4, 5, 5, 5, 3)
	content := renamed(t, equal, names...)
	_, err := Decode(content, Hints{})
	if want := "has layers that fit in more than one order, such as in,late,mid,out and in,mid,late,out"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	got, err := Decode(content, Hints{Layers: names, Pixels: &Pixels{Scale: 1.0 / 3, Deviation: 1}})
	if err != nil || !cmp.Equal(equal, got.Model) {
		t.Errorf("the order that was given: %v", err)
	}
	_, err = Decode(content, Hints{Layers: []string{"in", "out", "late", "mid"}})
	if err == nil || !strings.Contains(err.Error(), "whose shapes do not follow each other") {
		t.Errorf("an order that does not fit: %v", err)
	}
	for _, names := range [][]string{{"in", "mid", "late"}, {"in", "mid", "late", "late"}, {"in", "mid", "late", "exit"}, {"in", "mid", "late", "out", "out"}} {
		_, err := Decode(content, Hints{Layers: names})
		if want := "has the layers in,late,mid,out, each of which must be named once"; err == nil || err.Error() != want {
			t.Errorf("%v: %v, want %s", names, err, want)
		}
	}
	// An npz file keeps the order in which it was written.
	written := savez(t, as(equal, 0, "in.kernel"), as(equal, 1, "in.bias"), as(equal, 2, "mid.kernel"), as(equal, 3, "mid.bias"),
		as(equal, 4, "late.kernel"), as(equal, 5, "late.bias"), as(equal, 6, "out.kernel"), as(equal, 7, "out.bias"))
	if got, err := Decode(written, Hints{}); err != nil || !slices.Equal(got.Layers, names) {
		t.Errorf("as written: %v %v", got, err)
	}
}

// A file may have so many layers that fit in any order that not all orders can be tried.
func TestOrderOfManyEqualLayers(t *testing.T) {
	widths := slices.Repeat([]int{4}, 100)
	var names []string
	for i := range 99 {
		names = append(names, strings.Repeat("x", i+1))
	}
	_, err := Decode(renamed(t, sample(widths...), names...), Hints{})
	if err == nil || !strings.Contains(err.Error(), "more than one order") {
		t.Error(err)
	}
}

// Numbers that fit no order are not those of the layers.
func TestNumbersThatDoNotFit(t *testing.T) {
	got, err := Decode(renamed(t, sample(4, 5, 3), "Dense_1", "Dense_0"), Hints{})
	if err != nil || !slices.Equal(got.Layers, []string{"Dense_1", "Dense_0"}) {
		t.Errorf("%v %v", got, err)
	}
	_, err = Decode(renamed(t, sample(4, 5, 5, 3), "Dense_1", "Dense_0", "Dense_2"), Hints{})
	if err != nil {
		t.Errorf("numbers that fit in another order: %v", err)
	}
}

func TestLayersWithoutBias(t *testing.T) {
	want := sample(4, 5, 3)
	clear(want.Tensors[1].Values)
	content := savez(t, as(want, 0, "fc1.kernel"), as(want, 2, "fc2.kernel"), as(want, 3, "fc2.bias"))
	got, err := Decode(content, Hints{Height: 2, Width: 2, Pixels: &Pixels{Scale: 1.0 / 3, Deviation: 1}})
	if err != nil || !cmp.Equal(want, got.Model) {
		t.Errorf("%v %+v", err, got)
	}
}

// logits computes a network of one hidden layer, before which pixels are mapped, and whose
// hidden units are mapped before or after ReLU.
func logits(m *model.Model, image []byte, pixel func(v float64) float64, unit func(j int, x float64) float64, after bool) []float64 {
	hidden := make([]float64, m.Tensors[0].Shape[1])
	for j := range hidden {
		x := float64(m.Tensors[1].Values[j])
		for i, v := range image {
			x += pixel(float64(v)) * float64(m.Tensors[0].Values[i*len(hidden)+j])
		}
		if after {
			hidden[j] = unit(j, max(x, 0))
		} else {
			hidden[j] = max(unit(j, x), 0)
		}
	}
	out := make([]float64, m.Classes())
	for k := range out {
		out[k] = float64(m.Tensors[3].Values[k])
		for j, x := range hidden {
			out[k] += x * float64(m.Tensors[2].Values[j*len(out)+k])
		}
	}
	return out
}

var testImage = []byte{0, 255, 3, 128}

// check compares the logits of an imported model with those of the network in its file.
func checkLogits(t *testing.T, name string, got *model.Model, want []float64) {
	t.Helper()
	same := func(_ int, x float64) float64 { return x }
	for k, y := range logits(got, testImage, func(v float64) float64 { return got.PixelScale * v }, same, false) {
		// Weights are rounded to 24 bits once.
		if !(math.Abs(y-want[k]) <= 1e-6*math.Abs(want[k])) {
			t.Errorf("%s: logit %d is %v, want %v", name, k, y, want[k])
		}
	}
}

func TestPixels(t *testing.T) {
	m := sample(4, 5, 3)
	content := renamed(t, m, "fc1", "fc2")
	same := func(_ int, x float64) float64 { return x }
	for name, test := range map[string]struct {
		p     Pixels
		pixel func(v float64) float64
	}{
		"plain":                  {Plain(), func(v float64) float64 { return v / 255 }},
		"mean and deviation":     {Pixels{1.0 / 255, 0, false, 0.1307, 0.3081}, func(v float64) float64 { return (v/255 - 0.1307) / 0.3081 }},
		"from -1 to 1":           {Pixels{2.0 / 255, -1, false, 0, 1}, func(v float64) float64 { return v/127.5 - 1 }},
		"bytes":                  {Pixels{1, 0, false, 0, 1}, func(v float64) float64 { return v }},
		"inverted":               {Pixels{1.0 / 255, 0, true, 0, 1}, func(v float64) float64 { return (255 - v) / 255 }},
		"inverted, from -1 to 1": {Pixels{2.0 / 255, -1, true, 0.5, 2}, func(v float64) float64 { return ((255-v)/127.5 - 1 - 0.5) / 2 }},
	} {
		got, err := Decode(content, Hints{Pixels: &test.p})
		if err != nil {
			t.Fatal(err)
		}
		checkLogits(t, name, got.Model, logits(m, testImage, test.pixel, same, false))
	}
}

// normOf returns the parameters of a batch normalization of the hidden units, and what it
// does to them.
func normOf(n int, name string, kinds [4]string, epsilon float64) ([]model.Tensor, func(j int, x float64) float64) {
	var p [4][]float32
	for j := range n {
		for k, v := range [4]float64{1 + 0.3*float64(j), 0.5 - float64(j), 2 - 0.7*float64(j), 0.2 + float64(j*j)} {
			p[k] = append(p[k], float32(v))
		}
	}
	var list []model.Tensor
	for k, kind := range kinds {
		list = append(list, model.Tensor{Name: name + "." + kind, Shape: []int{n}, Values: p[k]})
	}
	return list, func(j int, x float64) float64 {
		return float64(p[0][j])*(x-float64(p[2][j]))/math.Sqrt(float64(p[3][j])+epsilon) + float64(p[1][j])
	}
}

var (
	torchNorm = [4]string{"weight", "bias", "running_mean", "running_var"}
	kerasNorm = [4]string{"gamma", "beta", "moving_mean", "moving_variance"}
	flaxNorm  = [4]string{"scale", "bias", "mean", "var"}
)

func TestBatchNormalization(t *testing.T) {
	m := sample(4, 5, 3)
	pixel := func(v float64) float64 { return v / 255 }
	for _, test := range []struct {
		name                string
		first, norm, second string
		kinds               [4]string
		hints               Hints
		epsilon             float64
		after, assumed      bool
	}{
		{"Sequential, before ReLU", "0", "1", "3", torchNorm, Hints{}, 1e-5, false, false},
		{"Sequential, after ReLU", "0", "2", "3", torchNorm, Hints{}, 1e-5, true, false},
		{"Sequential, after dropout", "net.0", "net.3", "net.4", torchNorm, Hints{}, 1e-5, true, false},
		{"by names", "fc1", "bn1", "fc2", torchNorm, Hints{}, 1e-5, false, true},
		{"by names, after ReLU", "fc1", "bn1", "fc2", torchNorm, Hints{NormAfterReLU: true}, 1e-5, true, false},
		{"Keras", "dense", "batch_normalization", "dense_1", kerasNorm, Hints{}, 1e-3, false, true},
		{"Flax, another epsilon", "Dense_0", "BatchNorm_0", "Dense_1", flaxNorm, Hints{Epsilon: 0.25}, 0.25, false, true},
	} {
		norm, unit := normOf(5, test.norm, test.kinds, test.epsilon)
		tensors := append(norm, as(m, 0, test.first+".kernel"), as(m, 1, test.first+".bias"), as(m, 2, test.second+".kernel"), as(m, 3, test.second+".bias"))
		if test.kinds == torchNorm {
			tensors = append(tensors, model.Tensor{Name: test.norm + ".num_batches_tracked", Shape: []int{1}, Values: []float32{938}})
		}
		got, err := Decode(savez(t, tensors...), test.hints)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		checkLogits(t, test.name, got.Model, logits(m, testImage, pixel, unit, test.after))
		if got.AssumedNorms != test.assumed || !slices.Equal(got.Norms, []string{test.norm}) || (got.AssumedEpsilon > 0) != (test.hints.Epsilon == 0) {
			t.Errorf("%s: %+v", test.name, got)
		}
	}
}

// Keras' get_weights has no names: batch normalization is known by its four vectors.
func TestBatchNormalizationWithoutNames(t *testing.T) {
	m := sample(4, 5, 3)
	norm, unit := normOf(5, "", kerasNorm, kerasEpsilon)
	tensors := append([]model.Tensor{m.Tensors[0], m.Tensors[1]}, norm...)
	tensors = append(tensors, m.Tensors[2], m.Tensors[3])
	for i := range tensors {
		tensors[i].Name = fmt.Sprintf("arr_%d", i)
	}
	got, err := Decode(savez(t, tensors...), Hints{})
	if err != nil || !got.AssumedNorms {
		t.Fatalf("%v %+v", err, got)
	}
	checkLogits(t, "arrays", got.Model, logits(m, testImage, func(v float64) float64 { return v / 255 }, unit, false))
}

func TestFilesThatAreNoChain(t *testing.T) {
	m := sample(4, 5, 3)
	norm, _ := normOf(5, "bn", torchNorm, 1e-5)
	vector := func(name string, n int) model.Tensor {
		return model.Tensor{Name: name, Shape: []int{n}, Values: make([]float32, n)}
	}
	first, second := []model.Tensor{as(m, 0, "fc1.kernel"), as(m, 1, "fc1.bias")}, []model.Tensor{as(m, 2, "fc2.kernel"), as(m, 3, "fc2.bias")}
	for _, test := range []struct {
		tensors []model.Tensor
		want    string
	}{
		{slices.Concat(first, second, norm[:3]), `has a batch normalization "bn" that lacks its mean or its variance`},
		{slices.Concat(first, second, norm[:3], []model.Tensor{vector("bn.running_var", 4)}), `the shapes of batch normalization "bn" must be equal (got [4] and [5])`},
		{slices.Concat(first, second, []model.Tensor{vector("ln.weight", 5), vector("ln.bias", 5)}), `has a layer "ln" that is neither linear nor a batch normalization: its weight has the shape [5]`},
		{slices.Concat(first, second, []model.Tensor{vector("p.weight", 5)}), `the weight of layer "p" must have two dimensions (got [5])`},
		{slices.Concat(first, []model.Tensor{vector("n.mean", 5), vector("n.var", 5), vector("o.mean", 5), vector("o.var", 5)}), `has more batch normalizations than linear layers, without names that tell their places (such as "o")`},
		{slices.Concat(first, second, []model.Tensor{vector("n.mean", 3), vector("n.var", 3)}), `has a map of another number of units after the 5 outputs of "fc1"`},
		{[]model.Tensor{vector("arr_0", 3), vector("arr_1", 3)}, "has arrays without names that are not the weights of a Keras or scikit-learn network"},
		{norm, "(got no layer)"},
	} {
		checkRefused(t, test.want, savez(t, test.tensors...), test.want)
	}
}
