package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"mnistgpu/internal/model"
)

// Decode reads the content of a file that [Encode] wrote. It refuses any other:
// if Decode accepts a file, Encode reproduces it byte for byte. The error
// does not name the file.
func Decode(content []byte) (*State, error) {
	if err := checkStart(content, int64(len(content))); err != nil {
		return nil, err
	}
	body, sum := content[:len(content)-sha256.Size], content[len(content)-sha256.Size:]
	if got := sha256.Sum256(body); !bytes.Equal(got[:], sum) {
		return nil, fmt.Errorf("is damaged: its SHA-256 is not the one that it ends with")
	}
	d := decoder{content: body, at: headerSize}
	s := d.state()
	if d.err == nil && d.at < len(body) {
		d.faultf("goes on with %d bytes that mean nothing", len(body)-d.at)
	}
	if d.err != nil {
		return nil, d.err
	}
	return s, nil
}

// checkStart checks the header of a file of the given size.
func checkStart(start []byte, size int64) error {
	if n := min(len(start), len(magic)); string(start[:n]) != magic[:n] {
		return fmt.Errorf("is not an mnistgpu checkpoint")
	}
	if len(start) < headerSize {
		return fmt.Errorf("is cut off after %d of at least %d bytes", size, headerSize+sha256.Size)
	}
	if v := binary.LittleEndian.Uint32(start[len(magic):]); v != version {
		return fmt.Errorf("must be of version %d (got %d, of another release of mnistgpu)", version, v)
	}
	want := binary.LittleEndian.Uint64(start[headerSize-8:])
	switch {
	case want < uint64(headerSize+sha256.Size):
		return fmt.Errorf("is damaged: gives its own length as %d bytes", want)
	case uint64(size) < want:
		return fmt.Errorf("is cut off after %d of %d bytes", size, want)
	case uint64(size) > want:
		return fmt.Errorf("goes on after its end: %d bytes instead of %d", size, want)
	}
	return nil
}

// state reads everything between the header and the sum. It stops at the first
// fault.
func (d *decoder) state() *State {
	s := new(State)
	s.Settings = names(d, "settings", 4, d.text)
	s.Step, s.Epoch, s.Cursor = d.number("step"), d.number("epoch"), d.number("cursor")
	s.Order = d.int32s("order", d.count("order", 4, noLimit))
	if n := d.count("generator", 1, noLimit); n > 0 {
		s.Generator = bytes.Clone(d.take("generator", n))
	}
	s.Tensors = d.tensors()
	s.Loss = d.float64s("loss", d.count("loss", 8, noLimit))
	s.Hits = d.int32s("hits", d.count("hits", 4, noLimit))
	s.History = d.history()
	s.Numbers = names(d, "numbers", 8, d.float64)
	return s
}

func (d *decoder) tensors() []model.Tensor {
	// The length of a name, the number of dimensions, one dimension and one value.
	const least = 4 + 4 + 8 + 4
	n := d.count("tensors", least, maxTensors)
	if n == 0 {
		return nil
	}
	tensors := make([]model.Tensor, 0, n)
	seen := make(map[string]bool, n)
	for range n {
		t := d.tensor()
		if d.err == nil && seen[t.Name] {
			d.faultf("the tensor %q comes twice", t.Name)
		}
		if d.err != nil {
			return nil
		}
		seen[t.Name] = true
		tensors = append(tensors, t)
	}
	return tensors
}

func (d *decoder) tensor() model.Tensor {
	t := model.Tensor{Name: d.text("tensors")}
	dims := d.count("tensors", 8, maxDims)
	t.Shape = make([]int, dims)
	for i := range t.Shape {
		t.Shape[i] = d.number("tensors")
	}
	if d.err != nil {
		return t
	}
	n, ok := elements(t.Shape)
	if left := len(d.content) - d.at; !ok || n > left/4 {
		d.faultf("the shape of tensor %q must be 1 to %d positive dimensions of values within the %d bytes left (got %v)",
			t.Name, maxDims, left, t.Shape)
		return t
	}
	t.Values = d.float32s("tensors", n)
	return t
}

func (d *decoder) history() []Column {
	n := d.count("history", 4, maxNames)
	var columns []Column
	for range n {
		columns = append(columns, Column{Name: d.text("history")})
		if d.err != nil {
			return nil
		}
	}
	lines := d.count("history", 8*max(n, 1), noLimit)
	if n == 0 && lines > 0 {
		d.faultf("history: lines without a column")
	}
	for i := range columns {
		columns[i].Values = d.float64s("history", lines)
	}
	return columns
}
