package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"mnistgpu/internal/model"
)

// start is a header of the given version and size.
func start(version uint32, size int) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(magic), version)
	return binary.LittleEndian.AppendUint64(b, uint64(size))
}

// Every fault of a header has its own message, and the smallest file is not a fault.
func TestCheckStart(t *testing.T) {
	const least = headerSize + sha256.Size
	if err := checkStart(start(version, least), int64(least)); err != nil {
		t.Errorf("the least size: %v", err)
	}
	for _, test := range []struct {
		start []byte
		size  int
		want  string
	}{
		{start(2, least), least, "must be of version 1 (got 2, of another release of mnistgpu)"},
		{start(version, least-1), least - 1, "is damaged: gives its own length as 63 bytes"},
		{start(version, least+1), least, "is cut off after 64 of 65 bytes"},
		{start(version, least), least + 1, "goes on after its end: 65 bytes instead of 64"},
		{start(version, least)[:headerSize-1], headerSize - 1, "is cut off after 31 of at least 64 bytes"},
		{[]byte("mnistgpu checkpoinT"), 19, "is not an mnistgpu checkpoint"},
	} {
		if err := checkStart(test.start, int64(test.size)); err == nil || err.Error() != test.want {
			t.Errorf("the error is %v, want %s", err, test.want)
		}
	}
}

// Files with a correct sum and one wrong length.
func TestDecodeNamesThePlace(t *testing.T) {
	whole := Encode(&State{})
	body := whole[:len(whole)-sha256.Size]
	lists := map[string]int{} // where the length of each is
	at := headerSize
	for _, name := range []string{"settings", "step", "epoch", "cursor", "order", "generator", "tensors", "loss", "hits"} {
		lists[name] = at
		if at += 4; name == "step" || name == "epoch" || name == "cursor" {
			at += 4
		}
	}
	checkRefused(t, seal(append(bytes.Clone(body), 1, 2, 3)), "is damaged at byte 92: goes on with 3 bytes that mean nothing")
	checkRefused(t, seal(body[:len(body)-1]), "is damaged at byte 88: numbers must have 4 bytes (got 3)")
	for name, want := range map[string]string{
		"settings":  "is damaged at byte 32: settings must have at most 7 elements (got 1000)",
		"order":     "is damaged at byte 60: order must have at most 7 elements (got 1000)",
		"generator": "is damaged at byte 64: generator must have at most 24 elements (got 1000)",
		"tensors":   "is damaged at byte 68: tensors must have at most 1 elements (got 1000)",
		"loss":      "is damaged at byte 72: loss must have at most 2 elements (got 1000)",
		"hits":      "is damaged at byte 76: hits must have at most 3 elements (got 1000)",
	} {
		b := bytes.Clone(body)
		binary.LittleEndian.PutUint32(b[lists[name]:], 1000)
		checkRefused(t, seal(b), want)
	}
	b := bytes.Clone(body)
	b[lists["epoch"]+7] = 0x80
	checkRefused(t, seal(b), "is damaged at byte 44: epoch must be at most 9223372036854775807 (got 9223372036854775808)")
}

// A tensor without dimensions, or with a dimension of 0, is refused.
func TestDecodeRefusesShapes(t *testing.T) {
	content := Encode(&State{Tensors: []model.Tensor{{Name: "w", Shape: []int{1, 2}, Values: []float32{1, 2}}}})
	body := content[:len(content)-sha256.Size]
	shape := bytes.Index(body, []byte("\x01\x00\x00\x00w")) + 5 + 4
	for dim, want := range map[uint64]string{0: "[0 2]", 4: "[4 2]", 100: "[100 2]"} {
		b := bytes.Clone(body)
		binary.LittleEndian.PutUint64(b[shape:], dim)
		checkRefused(t, seal(b), `the shape of tensor "w" must be 1 to 8 positive dimensions of values within the 28 bytes left (got `+want+")")
	}
	twice := &State{Tensors: []model.Tensor{
		{Name: "w", Shape: []int{1}, Values: []float32{1}}, {Name: "v", Shape: []int{1}, Values: []float32{1}}}}
	content = Encode(twice)
	body = content[:len(content)-sha256.Size]
	body[bytes.Index(body, []byte("\x01\x00\x00\x00v"))+4] = 'w'
	checkRefused(t, seal(body), `the tensor "w" comes twice`)
}

// Lines without columns are refused, since they would be encoded as no lines.
func TestDecodeRefusesLinesWithoutAColumn(t *testing.T) {
	content := Encode(&State{Numbers: map[string]float64{"a": 1}})
	body := content[:len(content)-sha256.Size]
	body[84] = 1 // the number of lines
	checkRefused(t, seal(body), "history: lines without a column")
}

// Names must be sorted and unique, so that a state has only one encoding.
func TestDecodeRefusesNamesOutOfOrder(t *testing.T) {
	content := string(Encode(&State{Settings: map[string]string{"aa": "", "bb": ""}}))
	body := content[:len(content)-sha256.Size]
	for old, want := range map[string]string{"aa": `"bb" comes after "cc"`, "bb": `"aa" comes after "aa"`} {
		other := strings.Replace(body, old, map[string]string{"aa": "cc", "bb": "aa"}[old], 1)
		checkRefused(t, seal([]byte(other)), "settings: "+want)
	}
}

// Lists may be exactly as long as their limits.
func TestEncodeAtItsLimits(t *testing.T) {
	columns := &State{History: make([]Column, maxNames)}
	dims := &State{Tensors: []model.Tensor{{Name: "w", Shape: []int{1, 1, 1, 1, 1, 1, 1, 1}, Values: []float32{1}}}}
	names := &State{Settings: map[string]string{}, Numbers: map[string]float64{}}
	for i := range maxNames {
		names.Settings[fmt.Sprint(i)], names.Numbers[fmt.Sprint(i)] = "", 1
	}
	tensors := &State{Tensors: make([]model.Tensor, maxTensors)}
	for i := range tensors.Tensors {
		tensors.Tensors[i] = model.Tensor{Name: fmt.Sprint(i), Shape: []int{1}, Values: []float32{1}}
	}
	for _, s := range []*State{columns, dims, names, tensors} {
		if _, err := Decode(Encode(s)); err != nil {
			t.Error(err)
		}
	}
	for _, s := range []*State{{Epoch: -1}, {Cursor: -1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v: no panic", s)
				}
			}()
			Encode(s)
		}()
	}
}

// The largest tensor has as many bytes as an int can count.
func TestElements(t *testing.T) {
	const most = math.MaxInt / 4
	for _, test := range []struct {
		shape []int
		n     int
	}{
		{[]int{2, 3, 4}, 24}, {[]int{most}, most}, {[]int{1, most, 1}, most}, {[]int{most + 1}, 0}, {[]int{most/2 + 1, 2}, 0},
		{[]int{1 << 32, 1 << 32}, 0}, {[]int{3, -1}, 0}, {[]int{0}, 0}, {nil, 0}, {[]int{1, 1, 1, 1, 1, 1, 1, 1, 1}, 0},
	} {
		if n, ok := elements(test.shape); ok != (test.n > 0) || ok && n != test.n {
			t.Errorf("%v has %d elements, %v: want %d", test.shape, n, ok, test.n)
		}
	}
}
