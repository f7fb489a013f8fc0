package model

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"github.com/nlpodyssey/safetensors"
)

func sample() *Model {
	return &Model{
		Height: 1, Width: 2, PixelScale: 1.0 / 255,
		Tensors: []Tensor{
			{Name: "layers.0.weight", Shape: []int{2, 3}, Values: []float32{1, -2, 3.5, 0, float32(math.Copysign(0, -1)), 1e-40}},
			{Name: "layers.0.bias", Shape: []int{3}, Values: []float32{4, 5, 6}},
		},
	}
}

func TestEncodeHoldsEveryBit(t *testing.T) {
	m := sample()
	content, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	file, err := safetensors.Deserialize(content)
	if err != nil {
		t.Fatal(err)
	}
	if file.Len() != len(m.Tensors) {
		t.Fatalf("file holds %d tensors, want %d", file.Len(), len(m.Tensors))
	}
	for _, want := range m.Tensors {
		got, ok := file.Tensor(want.Name)
		if !ok {
			t.Fatalf("file has no %s", want.Name)
		}
		if !slices.Equal(got.Shape(), shape(want)) || got.DType() != safetensors.F32 {
			t.Errorf("%s is %v %v, want %v F32", want.Name, got.Shape(), got.DType(), want.Shape)
		}
		for i, v := range want.Values {
			if bits := binary.LittleEndian.Uint32(got.Data()[4*i:]); bits != math.Float32bits(v) {
				t.Errorf("%s[%d] has bits %#x, want those of %v", want.Name, i, bits, v)
			}
		}
	}
}

func TestEncodeKeepsPixelScale(t *testing.T) {
	content, err := sample().Encode()
	if err != nil {
		t.Fatal(err)
	}
	if want := []byte(`"pixel_scale":"0.00392156862745098"`); !bytes.Contains(content, want) {
		t.Errorf("the header lacks %s", want)
	}
}

// TestMNISTsFormIsLeftOut has the file of a model that was written before there were
// others.
func TestMNISTsFormIsLeftOut(t *testing.T) {
	content, err := sample().Encode()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"__metadata__":{"format":"mnistgpu","height":"1","pixel_scale":"0.00392156862745098","width":"2"},`
	if !bytes.HasPrefix(content[lengthSize:], []byte(want)) {
		t.Errorf("the header begins with %s", content[lengthSize:][:len(want)])
	}
}

func TestEncodeRepeatsItself(t *testing.T) {
	first, err := sample().Encode()
	if err != nil {
		t.Fatal(err)
	}
	for range 20 { // often enough for a map's order to show
		again, err := sample().Encode()
		if err != nil || !bytes.Equal(first, again) {
			t.Fatalf("equal models gave different files, %v", err)
		}
	}
}

func TestFinite(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, test := range []struct {
		values []float32
		want   bool
	}{
		{nil, true},
		{[]float32{0, -1, math.MaxFloat32, -math.MaxFloat32}, true},
		{[]float32{0, nan}, false},
		{[]float32{inf, 0}, false},
		{[]float32{0, -inf, 0}, false},
	} {
		if got := (Tensor{Values: test.values}).Finite(); got != test.want {
			t.Errorf("Finite of %v is %v", test.values, got)
		}
	}
}
