package onnx

import (
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"mnistgpu/internal/floats"
)

// A wire is a message, by the numbers of its fields. Values that are no messages or texts
// are whole numbers, or the bits of floating-point numbers.
type wire map[protowire.Number][]part

// A part is a value of a field.
type part struct {
	kind   protowire.Type
	number uint64
	bytes  []byte
}

// parseMessage reads a message. It keeps slices of content.
func parseMessage(content []byte) (wire, error) {
	w := wire{}
	for len(content) > 0 {
		n, kind, size := protowire.ConsumeTag(content)
		if size < 0 {
			return nil, damaged(size)
		}
		content = content[size:]
		p := part{kind: kind}
		switch kind {
		case protowire.VarintType:
			p.number, size = protowire.ConsumeVarint(content)
		case protowire.Fixed32Type:
			var v uint32
			v, size = protowire.ConsumeFixed32(content)
			p.number = uint64(v)
		case protowire.Fixed64Type:
			p.number, size = protowire.ConsumeFixed64(content)
		case protowire.BytesType:
			p.bytes, size = protowire.ConsumeBytes(content)
		default:
			return nil, errors.New("is not an ONNX file")
		}
		if size < 0 {
			return nil, damaged(size)
		}
		content = content[size:]
		w[n] = append(w[n], p)
	}
	return w, nil
}

// damaged returns the error for a message that the library cannot read.
func damaged(size int) error {
	return fmt.Errorf("is not a complete ONNX file: %w", protowire.ParseError(size))
}

// text returns a text, or "".
func (w wire) text(n protowire.Number) string { return string(w.bytes(n)) }

// bytes returns the last value of a field, or nil.
func (w wire) bytes(n protowire.Number) []byte {
	if parts := w[n]; len(parts) > 0 {
		return parts[len(parts)-1].bytes
	}
	return nil
}

// number returns the last value of a field, or 0.
func (w wire) number(n protowire.Number) uint64 {
	if parts := w[n]; len(parts) > 0 {
		return parts[len(parts)-1].number
	}
	return 0
}

// messages parses the values of a field.
func (w wire) messages(n protowire.Number) (list []wire, err error) {
	for _, p := range w[n] {
		m, err := parseMessage(p.bytes)
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

// message parses the last value of a field. It returns no field if there is none.
func (w wire) message(n protowire.Number) (wire, error) { return parseMessage(w.bytes(n)) }

// numbers returns whole numbers, which may be packed.
func (w wire) numbers(n protowire.Number) (list []uint64, err error) {
	for _, p := range w[n] {
		if p.kind == protowire.VarintType {
			list = append(list, p.number)
			continue
		}
		for b := p.bytes; len(b) > 0; {
			v, size := protowire.ConsumeVarint(b)
			if size < 0 {
				return nil, damaged(size)
			}
			list, b = append(list, v), b[size:]
		}
	}
	return list, nil
}

// floats returns float32 numbers, which may be packed.
func (w wire) floats(n protowire.Number) (list []float32) {
	for _, p := range w[n] {
		if p.kind == protowire.Fixed32Type {
			list = append(list, math.Float32frombits(uint32(p.number)))
		}
		list = append(list, floats.From32(p.bytes)...)
	}
	return list
}
