package exchange

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mnistgpu/internal/mnist/form"
	"mnistgpu/internal/model"
)

// first computes the outputs of the first layer for an image.
func first(tensors []model.Tensor, scale float64, image []byte) []float64 {
	weight, bias := tensors[0], tensors[1]
	var y []float64
	for unit, b := range bias.Values {
		sum := float64(b)
		for i, v := range image {
			sum += scale * float64(v) * float64(weight.Values[i*len(bias.Values)+unit])
		}
		y = append(y, sum)
	}
	return y
}

func TestOnOriginals(t *testing.T) {
	m := sample(6, 5, 3)
	m.Form.Background = form.Light
	before := cmp.Diff(nil, m)
	image := []byte{0, 255, 17, 3, 128, 90}
	inverted := slices.Clone(image)
	form.Invert(inverted)
	got, want := first(onOriginals(m), m.PixelScale, image), first(m.Tensors, m.PixelScale, inverted)
	// The new bias is rounded to float32.
	near := func(a, b float64) bool { return math.Abs(a-b) <= math.Abs(a)*1e-6 }
	if !slices.EqualFunc(got, want, near) {
		t.Errorf("the first layer gives %v, want %v", got, want)
	}
	if slices.EqualFunc(first(m.Tensors, m.PixelScale, image), want, near) {
		t.Error("inverting makes no difference")
	}
	if cmp.Diff(nil, m) != before {
		t.Error("the model has changed")
	}
	m.Form.Background = form.Mixed
	if diff := cmp.Diff(m.Tensors, onOriginals(m)); diff != "" {
		t.Errorf("a network that takes originals has changed: %s", diff)
	}
}

// TestFormsComeBack exports and imports models of each form. Weights of a network on
// inverted images come back exactly. Biases lose what float32 cannot hold of sums up to
// 255/3 times 4 weights of 3.
func TestFormsComeBack(t *testing.T) {
	for _, f := range []form.Form{
		{}, {Background: form.Light}, {Background: form.Mixed, Framing: form.Whole},
		{Background: form.Light, Framing: form.Cropped, Box: 24.0 / 28},
	} {
		want := sample(4, 5, 3)
		want.Form = f
		for _, format := range []Format{ONNX, Safetensors, NPZ, PyTorch} {
			got, err := Decode(encode(t, want, format), Hints{})
			near := cmpopts.EquateApprox(0, 1020*0x1p-24)
			if format == Safetensors || format == ONNX || f.Background != form.Light {
				near = cmpopts.EquateApprox(0, 0)
			}
			if diff := cmp.Diff(want, got.Model, near); err != nil || diff != "" || got.AssumedSize || got.AssumedPixels {
				t.Errorf("%+v as %s: %v %s", f, format, err, diff)
			}
		}
	}
}
