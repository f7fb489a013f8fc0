package infer

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/backend/backendtest"
	"mnistgpu/internal/model"
)

// inChunks is a backend with another number of rows in a chunk.
type inChunks struct {
	backend.Backend
	rows int
}

func (c inChunks) ChunkRows() int { return c.rows }

// sample is a network of 6 pixels, 5 and 4 hidden units and 3 classes.
func sample() *model.Model {
	draw := rand.New(rand.NewPCG(1, 0))
	m := &model.Model{Height: 2, Width: 3, PixelScale: 1.0 / 255}
	for i, widths := range [][]int{{6, 5}, {5, 4}, {4, 3}} {
		weight := model.Tensor{Name: "layers." + string(rune('0'+i)) + ".weight", Shape: widths}
		for range widths[0] * widths[1] {
			weight.Values = append(weight.Values, float32(draw.NormFloat64()))
		}
		bias := model.Tensor{Name: "layers." + string(rune('0'+i)) + ".bias", Shape: widths[1:]}
		for range widths[1] {
			bias.Values = append(bias.Values, float32(draw.NormFloat64()))
		}
		m.Tensors = append(m.Tensors, weight, bias)
	}
	return m
}

func randomImages(n int) []byte {
	draw := rand.New(rand.NewPCG(2, 0))
	images := make([]byte, n)
	for i := range images {
		images[i] = byte(draw.IntN(256))
	}
	return images
}

// byHand returns the outputs of each layer for one image, in float64, and the
// probabilities last.
func byHand(m *model.Model, image []byte) [][]float64 {
	x := make([]float64, len(image))
	for i, v := range image {
		x[i] = m.PixelScale * float64(v)
	}
	var layers [][]float64
	for l := 0; l < len(m.Tensors); l += 2 {
		w, b := m.Tensors[l], m.Tensors[l+1]
		y := make([]float64, len(b.Values))
		for j := range y {
			y[j] = float64(b.Values[j])
			for i := range x {
				y[j] += x[i] * float64(w.Values[i*len(y)+j])
			}
			if l < len(m.Tensors)-2 {
				y[j] = max(y[j], 0)
			}
		}
		layers = append(layers, y)
		x = y
	}
	var sum float64
	p := make([]float64, len(x))
	for k := range p {
		p[k] = math.Exp(x[k])
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return append(layers[:len(layers)-1], p)
}

// near allows a few roundings of float32 numbers of about 1 to 10.
func near(got, want float64) bool { return math.Abs(got-want) <= 1e-5 }

func TestProbabilities(t *testing.T) {
	float32s, err := cpu.Open(cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, images := sample(), randomImages(7*6)
	for _, b := range []backend.Backend{float32s, inChunks{float32s, 2}, new(backendtest.Reference)} {
		for _, rows := range []int{1, 3, 7, 10} {
			n, err := Open(b, m, rows)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second time, after other images
				check(t, n, m, images)
				check(t, n, m, images[6:12])
			}
		}
	}
}

// check compares probabilities and activations with those by hand.
func check(t *testing.T, n *Network, m *model.Model, images []byte) {
	t.Helper()
	got, err := n.Probabilities(images)
	if err != nil || len(got) != len(images)/6*3 {
		t.Fatalf("%d probabilities and %v", len(got), err)
	}
	for i := range len(images) / 6 {
		want := byHand(m, images[6*i:][:6])
		if !slices.EqualFunc(got[3*i:][:3], want[2], near) {
			t.Errorf("image %d has the probabilities %v, want %v", i, got[3*i:][:3], want[2])
		}
	}
	if n.Hidden() != 2 {
		t.Fatalf("%d hidden layers, want 2", n.Hidden())
	}
	last := byHand(m, images[len(images)-6:])
	for layer := range 2 {
		a, err := n.Activations(layer)
		if err != nil {
			t.Fatal(err)
		}
		units := len(last[layer])
		close := func(got float32, want float64) bool { return near(float64(got), want) }
		if len(a)%units != 0 || !slices.EqualFunc(a[len(a)-units:], last[layer], close) {
			t.Errorf("layer %d has the activations %v, which should end in %v", layer, a, last[layer])
		}
	}
}

func TestScaleIsTheModels(t *testing.T) {
	b := new(backendtest.Reference)
	m := sample()
	n, err := Open(b, m, 1)
	if err != nil {
		t.Fatal(err)
	}
	image := randomImages(6)
	before, err := n.Probabilities(image)
	if err != nil {
		t.Fatal(err)
	}
	m.PixelScale *= 2
	if slices.EqualFunc(before, byHand(m, image)[2], near) {
		t.Error("the probabilities do not depend on the pixel scale")
	}
}

func BenchmarkOneImage(b *testing.B) {
	processor, err := cpu.Open(cpu.Options{})
	if err != nil {
		b.Fatal(err)
	}
	m := &model.Model{Height: 28, Width: 28, PixelScale: 1.0 / 255, Tensors: []model.Tensor{
		{Shape: []int{784, 1024}, Values: make([]float32, 784*1024)}, {Shape: []int{1024}, Values: make([]float32, 1024)},
		{Shape: []int{1024, 10}, Values: make([]float32, 1024*10)}, {Shape: []int{10}, Values: make([]float32, 10)},
	}}
	n, err := Open(processor, m, 1)
	if err != nil {
		b.Fatal(err)
	}
	image := randomImages(784)
	for b.Loop() {
		if _, err := n.Probabilities(image); err != nil {
			b.Fatal(err)
		}
	}
}
