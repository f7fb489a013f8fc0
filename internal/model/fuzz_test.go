package model

import (
	"fmt"
	"strings"
	"testing"

	"mnistgpu/internal/hostile"
)

// deepest is the model with the longest header that training can produce.
func deepest() *Model {
	m := &Model{Height: 1, Width: 1, PixelScale: 1.0 / 255}
	for layer := range MaxLayers + 1 {
		out := 1
		if layer == MaxLayers {
			out = 2
		}
		m.Tensors = append(m.Tensors,
			Tensor{Name: fmt.Sprintf("layers.%d.weight", layer), Shape: []int{1, out}, Values: make([]float32, out)},
			Tensor{Name: fmt.Sprintf("layers.%d.bias", layer), Shape: []int{out}, Values: make([]float32, out)})
	}
	return m
}

func TestDeepestModelIsRead(t *testing.T) {
	if !checkHostile(t, encode(t, deepest())) {
		t.Error("the deepest model is refused")
	}
}

// checkHostile is checkStrict with limits on memory and time.
func checkHostile(t *testing.T, content []byte) (accepted bool) {
	t.Helper()
	hostile.CheckCost(t, len(content), func() { Decode(content) })
	return checkStrict(t, content)
}

// Headers that consist only of structure take no more memory than others.
func TestHeadersThatSwell(t *testing.T) {
	for _, unit := range []string{"[", "[[],", `{"":`, `{"a":`, "1,", `"",`, `"a":[1],`, `"\u00e9",`, "\\", "x", "{},"} {
		for _, start := range []string{"{", `{"a":[`, `{"a":{"shape":[`, `{"__metadata__":{`, `{"`} {
			for n := 1; n*len(unit) < maxHeader; n *= 2 {
				checkHostile(t, safetensorsFile(start+strings.Repeat(unit, n), 0))
			}
			checkHostile(t, safetensorsFile(start+strings.Repeat(unit, (maxHeader-len(start))/len(unit)), 0))
			checkHostile(t, safetensorsFile(start+strings.Repeat(unit, maxParts/(1+strings.Count(unit, "[")+strings.Count(unit, "{"))-9), 0))
		}
	}
	// Many tensors of well-formed headers.
	var tensors []string
	for i := range maxParts / 8 {
		tensors = append(tensors, fmt.Sprintf(`"%d":{"dtype":"F32","shape":[0,0],"data_offsets":[0,0]}`, i))
	}
	checkHostile(t, safetensorsFile("{"+strings.Join(tensors, ",")+"}", 0))
	tensors = nil
	for i := range maxParts/2 - 2 {
		tensors = append(tensors, fmt.Sprintf(`"%d":{}`, i))
	}
	checkHostile(t, safetensorsFile("{"+strings.Join(tensors, ",")+"}", 0))
}

func FuzzDecode(f *testing.F) {
	f.Add(encode(f, sample()))
	f.Add(encode(f, deep()))
	f.Add(safetensorsFile(validHeader, 21))
	f.Add(safetensorsFile(`{}`, 0))
	f.Add(safetensorsFile(`{"a":[[],[],[1,2,3],{"a":{},"b":{}}]}`, 0))
	f.Fuzz(func(t *testing.T, content []byte) { checkHostile(t, content) })
}
