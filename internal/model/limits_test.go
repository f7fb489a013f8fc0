package model

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// headed is the start of a file: the length n and the bytes of a header, with no spare
// capacity that a slice could grow into.
func headed(n uint64, header string) []byte {
	return bytes.Clone(append(binary.LittleEndian.AppendUint64(nil, n), header...))
}

// Lengths may be exactly at their limits, and no longer.
func TestLimitsAreExact(t *testing.T) {
	braces := "{" + strings.Repeat("[", maxParts-1)
	for _, test := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"a length alone", headed(0, ""), "is 8 bytes long: too short for a model"},
		{"a header of two bytes in a file that has one", headed(2, "{"), "is cut off: a header of 2 bytes in a file of 9"},
		{"the longest header", headed(maxHeader, "{"), "is cut off: a header of 65536 bytes in a file of 9"},
		{"as many brackets as there may be", headed(uint64(len(braces)), braces), "invalid header"},
	} {
		_, err := Decode(test.content)
		checkFault(t, test.name, err, test.want)
		_, _, err = DecodeTensors(test.content)
		checkFault(t, test.name, err, test.want)
	}
}

func TestDecodeRefusesAScaleOfZero(t *testing.T) {
	for _, scale := range []float64{0, -1} {
		m := sample()
		m.PixelScale = scale
		_, err := Decode(encode(t, m))
		checkFault(t, "scale", err, fmt.Sprintf(`pixel_scale must be a positive number (got "%g")`, scale))
	}
}

// The position in an error is that of the first byte that differs.
func TestMustBeNamesThePlace(t *testing.T) {
	content := encode(t, sample())
	at := bytes.Index(content, []byte("mnistgpu"))
	other := bytes.Clone(content)
	other[at] ^= 1
	for _, test := range []struct {
		content []byte
		at      int
	}{{other, at}, {append([]byte{^content[0]}, content[1:]...), 0}, {content[:20], 20}, {append(bytes.Clone(content), 0), len(content)}} {
		want := fmt.Sprintf("is not as mnistgpu writes this model, from byte %d on", test.at)
		checkFault(t, "place", sample().mustBe(test.content), want)
	}
}

// A fault of a file names its path once, whether the disk or the content is at
// fault.
func TestReadNamesThePathOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model")
	_, missing := Read(path)
	if err := os.WriteFile(path, []byte("no model at all"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, bad := Read(path)
	for _, err := range []error{missing, bad} {
		if err == nil || !strings.HasPrefix(err.Error(), path+": ") || strings.Count(err.Error(), path) != 1 {
			t.Errorf("the error is %v, want %s once", err, path)
		}
	}
	if _, err := Decode(nil); err == nil || !strings.HasPrefix(err.Error(), "is ") {
		t.Errorf("the error of no file is %v", err)
	}
}

// TestDecodeTensorsOfEveryType has two numbers of each type that is read.
func TestDecodeTensorsOfEveryType(t *testing.T) {
	for dtype, test := range map[string]struct {
		data string
		want []float32
	}{
		"F32":  {"\x00\x00\xc0\x3f\x00\x00\x00\xc0", []float32{1.5, -2}},
		"F64":  {"\x00\x00\x00\x00\x00\x00\xf8\x3f\x00\x00\x00\x00\x00\x00\x00\xc0", []float32{1.5, -2}},
		"F16":  {"\x00\x3e\x00\xc0", []float32{1.5, -2}},
		"BF16": {"\xc0\x3f\x00\xc0", []float32{1.5, -2}},
		"I64":  {"\xaa\x03\x00\x00\x00\x00\x00\x00\xfe\xff\xff\xff\xff\xff\xff\xff", []float32{938, -2}},
	} {
		header := fmt.Sprintf(`{"b":{"dtype":"%s","shape":[2],"data_offsets":[0,%d]}}`, dtype, len(test.data))
		tensors, _, err := DecodeTensors(append(headed(uint64(len(header)), header), test.data...))
		if err != nil || len(tensors) != 1 || !slices.Equal(tensors[0].Shape, []int{2}) || !slices.Equal(tensors[0].Values, test.want) {
			t.Errorf("%s: %v %v, want %v", dtype, tensors, err, test.want)
		}
	}
	const header = `{"b":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}`
	_, _, err := DecodeTensors(append(headed(uint64(len(header)), header), make([]byte, 8)...))
	checkFault(t, "integers", err, `"b" must be of type F32, F64, F16, BF16 or I64 (got I32)`)
}
