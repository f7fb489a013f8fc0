package model

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// randomModel has up to four layers, whose parameters are any finite bits.
func randomModel(draw *rand.Rand) *Model {
	m := &Model{Height: 1 + draw.IntN(4), Width: 1 + draw.IntN(4), PixelScale: draw.ExpFloat64()}
	in := m.Height * m.Width
	for layer := range 1 + draw.IntN(4) {
		out := 2 + draw.IntN(9)
		m.Tensors = append(m.Tensors,
			Tensor{Name: fmt.Sprintf("layers.%d.weight", layer), Shape: []int{in, out}, Values: anyFinite(draw, in*out)},
			Tensor{Name: fmt.Sprintf("layers.%d.bias", layer), Shape: []int{out}, Values: anyFinite(draw, out)})
		in = out
	}
	return m
}

func anyFinite(draw *rand.Rand, n int) []float32 {
	values := make([]float32, n)
	for i := range values {
		for values[i] = float32(math.NaN()); values[i]-values[i] != 0; {
			values[i] = math.Float32frombits(draw.Uint32())
		}
	}
	values[draw.IntN(n)] = float32(math.Copysign(0, -1))
	return values
}

// description is what there_and_back.py says about a file. A tensor is described by its
// type, its shape and the SHA-256 of its bytes.
type description struct {
	Metadata map[string]string `json:"metadata"`
	Tensors  map[string][]any  `json:"tensors"`
}

func describe(m *Model) description {
	d := description{m.Metadata("mnistgpu"), map[string][]any{}}
	for _, t := range m.Tensors {
		var shape []any
		for _, n := range t.Shape {
			shape = append(shape, float64(n)) // as JSON has it
		}
		sum := sha256.Sum256(littleEndian(t.Values))
		d.Tensors[t.Name] = []any{"<f4", shape, hex.EncodeToString(sum[:])}
	}
	return d
}

// The library that defines safetensors reads from a file of this package what was
// written, and this package reads the same from a file of the library.
func TestPythonAgrees(t *testing.T) {
	if out, err := exec.Command("python3", "-c", "import numpy, safetensors").CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		t.Skipf("needs python3 with numpy and safetensors: %v: %s", err, lines[len(lines)-1])
	}
	const cases = 100
	dir := t.TempDir()
	models := map[string]*Model{}
	draw := rand.New(rand.NewPCG(7, 0))
	for i := range cases {
		name := fmt.Sprintf("%03d.safetensors", i)
		models[name] = randomModel(draw)
		if err := os.WriteFile(filepath.Join(dir, name), encode(t, models[name]), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	python := exec.Command("python3", filepath.Join("testdata", "there_and_back.py"), dir)
	var complaints bytes.Buffer
	python.Stderr = &complaints
	out, err := python.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, complaints.Bytes())
	}
	var described map[string]description
	if err := json.Unmarshal(out, &described); err != nil {
		t.Fatal(err)
	}
	passed := 0
	for name, m := range models {
		back, err := os.ReadFile(filepath.Join(dir, strings.TrimSuffix(name, ".safetensors")+".back.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(describe(m), described[name]) + returned(m, back); diff != "" {
			t.Errorf("%s: -ours +Python's:\n%s", name, diff)
			continue
		}
		passed++
	}
	t.Logf("passed %d of %d", passed, cases)
}

// returned says how the content of a file differs from m, comparing all bits.
func returned(m *Model, content []byte) string {
	tensors, metadata, err := DecodeTensors(content)
	if err != nil {
		return err.Error()
	}
	want := slices.SortedFunc(slices.Values(m.Tensors), func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	bits := cmp.Comparer(func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) })
	return cmp.Diff(want, tensors, bits) + cmp.Diff(m.Metadata("mnistgpu"), metadata)
}
