package model

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/nlpodyssey/safetensors"

	"mnistgpu/internal/floats"
)

const (
	// maxHeader bounds the header, which takes about 110 bytes a tensor.
	maxHeader = 64 << 10

	// maxParts bounds the commas and brackets of the header, 8 a tensor. For each
	// of them a JSON reader allocates many times its size.
	maxParts = 8*2*(MaxLayers+1) + 64

	// lengthSize is the size of the header's length, which precedes the header.
	lengthSize = 8

	// maxClasses is the number of classes that a label of one byte can tell
	// apart.
	maxClasses = 256
)

// Decode reads a model from the content of a file that [Model.Encode] wrote. It
// refuses any other content, even if it is a safetensors file: if Decode accepts a
// file, Encode reproduces it byte for byte. The error does not name the file.
func Decode(content []byte) (*Model, error) {
	header, data, err := parse(content)
	if err != nil {
		return nil, err
	}
	m := new(Model)
	if err := m.readTensors(header.Tensors(), data); err != nil {
		return nil, err
	}
	if err := m.readMetadata(header.Metadata()); err != nil {
		return nil, err
	}
	return m, m.mustBe(content)
}

// parse splits a safetensors file into its header and the data of its tensors.
func parse(content []byte) (header safetensors.Metadata, data []byte, err error) {
	if err := checkStart(content, int64(len(content))); err != nil {
		return header, nil, err
	}
	if err := checkHeader(content[lengthSize:][:binary.LittleEndian.Uint64(content)]); err != nil {
		return header, nil, err
	}
	size, header, err := safetensors.ReadMetadata(content)
	if err != nil {
		return header, nil, cmp.Or(checkSize(content, int64(len(content))), fmt.Errorf("header: %w", err))
	}
	return header, content[lengthSize+size:], nil
}

// check checks a file of the given size by its start, which holds the whole header or
// maxHeader bytes of it: neither the header nor the size of the file may be wrong.
func check(start []byte, size int64) error {
	if err := checkStart(start, size); err != nil {
		return err
	}
	if err := checkHeader(start[lengthSize:][:binary.LittleEndian.Uint64(start)]); err != nil {
		return err
	}
	return checkSize(start, size)
}

// checkStart checks the first bytes of a file of the given size, up to and including
// the first byte of the header.
func checkStart(start []byte, size int64) error {
	if len(start) <= lengthSize {
		return fmt.Errorf("is %d bytes long: too short for a model", size)
	}
	header := binary.LittleEndian.Uint64(start)
	switch {
	case header > maxHeader && header > uint64(size): // this cannot be a length
		return fmt.Errorf("must be a model in a safetensors file")
	case header > maxHeader:
		return fmt.Errorf("must be a model in a safetensors file with a header of at most %d bytes (got %d)", maxHeader, header)
	case int64(header) > size-lengthSize:
		return fmt.Errorf("is cut off: a header of %d bytes in a file of %d", header, size)
	case start[lengthSize] != '{':
		return fmt.Errorf("must be a model in a safetensors file with a JSON object at byte %d", lengthSize)
	}
	return nil
}

// checkHeader checks that the header is simple enough to be read.
func checkHeader(header []byte) error {
	parts := 0
	for _, c := range header {
		if c == ',' || c == '[' || c == '{' {
			parts++
		}
	}
	if parts > maxParts {
		return fmt.Errorf("must be a model whose header has at most %d commas and brackets (got %d)", maxParts, parts)
	}
	return nil
}

// incomplete is the library's error for a file that has more or fewer bytes than its
// tensors need.
const incomplete = "metadata incomplete buffer"

// checkSize checks the header, which start holds whole, and that a file of the given size
// ends where its tensors end.
func checkSize(start []byte, size int64) error {
	length := binary.LittleEndian.Uint64(start)
	var header safetensors.Metadata
	if _, _, err := safetensors.ReadMetadata(start[:lengthSize+length]); err != nil && err.Error() != incomplete {
		return fmt.Errorf("header: %w", err)
	}
	if err := json.Unmarshal(start[lengthSize:][:length], &header); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	var want uint64
	for _, t := range header.Tensors() {
		want = max(want, t.DataOffsets[1])
	}
	switch has := uint64(size) - lengthSize - length; {
	case has < want:
		return fmt.Errorf("is cut off: has %d of the %d bytes of its tensors", has, want)
	case has > want:
		return fmt.Errorf("goes on after its tensors: has %d bytes for their %d", has, want)
	}
	return nil
}

// readTensors reads the layers' weights and biases from data. There must be no other
// tensors.
func (m *Model) readTensors(tensors map[string]*safetensors.TensorInfo, data []byte) error {
	for i := range len(tensors) {
		name, dims := fmt.Sprintf("layers.%d.weight", i/2), 2
		if i%2 == 1 {
			name, dims = fmt.Sprintf("layers.%d.bias", i/2), 1
		}
		info, ok := tensors[name]
		if !ok {
			return fmt.Errorf("has %d tensors, and none of them is %s", len(tensors), name)
		}
		t, err := readTensor(name, dims, info, data)
		if err != nil {
			return err
		}
		if err := m.checkNext(t); err != nil {
			return err
		}
		m.Tensors = append(m.Tensors, t)
	}
	if n := len(m.Tensors); n == 0 || n%2 == 1 {
		return fmt.Errorf("must have a weight and a bias for each layer (got %d tensors)", n)
	}
	if c := m.Classes(); c < 2 || c > maxClasses {
		return fmt.Errorf("must have 2 to %d classes (got %d)", maxClasses, c)
	}
	return nil
}

// readTensor copies a tensor. The library has checked that its length fits its
// shape.
func readTensor(name string, dims int, info *safetensors.TensorInfo, data []byte) (Tensor, error) {
	if info.DType != safetensors.F32 {
		return Tensor{}, fmt.Errorf("%s must be of type F32 (got %v)", name, info.DType)
	}
	data = data[info.DataOffsets[0]:info.DataOffsets[1]]
	if len(info.Shape) != dims || len(data) == 0 {
		return Tensor{}, fmt.Errorf("the shape of %s must be %d positive numbers (got %v)", name, dims, info.Shape)
	}
	t := Tensor{Name: name, Values: floats.From32(data)}
	for _, n := range info.Shape {
		t.Shape = append(t.Shape, int(n))
	}
	if !t.Finite() {
		return Tensor{}, fmt.Errorf("%s holds a number that is not finite", name)
	}
	return t, nil
}

// checkNext checks that t, the next tensor after those of m, fits the outputs of the
// tensor before it.
func (m *Model) checkNext(t Tensor) error {
	if len(m.Tensors) == 0 {
		return nil
	}
	before := m.Tensors[len(m.Tensors)-1]
	if want := before.Shape[len(before.Shape)-1]; t.Shape[0] != want {
		return fmt.Errorf("the shape of %s must start with %d, like the end of %s (got %v)", t.Name, want, before.Name, t.Shape)
	}
	return nil
}

// readMetadata reads what is not a tensor. The tensors must have been read before.
func (m *Model) readMetadata(metadata map[string]string) error {
	in := m.Tensors[0].Shape[0]
	for _, side := range []struct {
		key  string
		size *int
	}{{"height", &m.Height}, {"width", &m.Width}} {
		n, err := strconv.Atoi(metadata[side.key])
		if err != nil || n < 1 || n > in {
			return fmt.Errorf("metadata: %s must be 1 to %d pixels (got %q)", side.key, in, metadata[side.key])
		}
		*side.size = n
	}
	if m.Height*m.Width != in {
		return fmt.Errorf("metadata: images must have %d pixels, like layers.0.weight (got %dx%d)", in, m.Height, m.Width)
	}
	scale, err := strconv.ParseFloat(metadata["pixel_scale"], 64)
	if err != nil || !(scale > 0) || math.IsInf(scale, 0) {
		return fmt.Errorf("metadata: pixel_scale must be a positive number (got %q)", metadata["pixel_scale"])
	}
	m.PixelScale = scale
	if m.Form, err = DecodeForm(metadata); err != nil {
		return fmt.Errorf("metadata: %w", err)
	}
	return nil
}

// mustBe checks that m encodes to content. It finds everything that a JSON reader
// tolerates, such as a duplicate key or an unknown one.
func (m *Model) mustBe(content []byte) error {
	written, err := m.Encode()
	if err != nil {
		return err
	}
	if bytes.Equal(written, content) {
		return nil
	}
	at := 0
	for at < min(len(written), len(content)) && written[at] == content[at] {
		at++
	}
	return fmt.Errorf("is not as mnistgpu writes this model, from byte %d on", at)
}
