package exchange

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/model"
)

// checkRefused checks that content is refused with an error of one line that contains
// want.
func checkRefused(t *testing.T, name string, content []byte, want string) {
	t.Helper()
	_, err := Decode(content, Hints{})
	if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%s: %v, want one line with %s", name, err, want)
	}
}

// A single Linear calls its parameters weight and bias, without a layer.
func TestDecodeOfOneLinear(t *testing.T) {
	want := sample(4, 3)
	weight, bias := want.Tensors[0].Transposed(), want.Tensors[1]
	weight.Name, bias.Name = "weight", "bias"
	content, err := model.EncodeTensors([]model.Tensor{weight, bias}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want.Height, want.Width = 1, 4
	got, err := Decode(content, Hints{Height: 1, Width: 4, Pixels: &Pixels{Scale: 1.0 / 3, Deviation: 1}})
	if diff := cmp.Diff(want, got.Model); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

// apart has n layers, from 4 units to 5, from 6 to 7 and so on.
func apart(n int) *model.Model {
	m := new(model.Model)
	for i := range n {
		m.Tensors = append(m.Tensors, sample(4+2*i, 5+2*i).Tensors...)
	}
	return m
}

// The error shows only the first four layers, so that it stays one line.
func TestLayersThatDoNotMeetAreShown(t *testing.T) {
	content := renamed(t, apart(5), "6", "2", "3", "4", "5")
	checkRefused(t, "shapes", content, `(Out, In): "2" [7 6] and [7], "3" [9 8] and [9], "4" [11 10] and [11], "5" [13 12] and [13]`)
	_, err := Decode(content, Hints{})
	if strings.Contains(err.Error(), `"6"`) {
		t.Errorf("%v: want four layers", err)
	}
}

// A file of MaxBytes is refused for its first bytes, and a larger one for its size. No
// memory but the first page is touched.
func TestDecodeOfLargeFiles(t *testing.T) {
	content := make([]byte, MaxBytes+1)
	checkRefused(t, "too large", content, "must have at most 1073741824 bytes (got 1073741825)")
	checkRefused(t, "as large as may be", content[:MaxBytes], "with a JSON object at byte 8")
}

// If a file has only half of the metadata, the other half is not guessed.
func TestMetadataByHalf(t *testing.T) {
	m := sample(4, 3)
	for metadata, want := range map[[2]string]string{
		{"height", "2"}:         `metadata: width must be 1 to 4 pixels (got "0")`,
		{"width", "2"}:          `metadata: height must be 1 to 4 pixels (got "0")`,
		{"pixel_scale", "much"}: "has a pixel_scale that is not a number",
	} {
		content, err := model.EncodeTensors(m.Tensors, map[string]string{metadata[0]: metadata[1]})
		if err != nil {
			t.Fatal(err)
		}
		checkRefused(t, metadata[0], content, want)
	}
}
