package checkpoint

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"math"
	"slices"
)

// A file is little-endian. A text is its length, a uint32, and its bytes; a list
// is its length, a uint32, and its elements.
//
//	magic        "mnistgpu checkpoint\n"
//	version      uint32, 1
//	size         uint64, of the whole file
//	settings     list of (text, text), sorted by the first
//	progress     step, epoch, cursor: 3 uint64
//	order        list of int32
//	generator    list of bytes
//	tensors      list of (text, list of uint64 dimensions, float32 values)
//	loss         list of float64
//	hits         list of int32
//	history      list of text, uint32 lines, float64 values column by column
//	numbers      list of (text, float64), sorted by the first
//	sum          SHA-256 of all the bytes before it, 32 bytes
const (
	magic      = "mnistgpu checkpoint\n"
	version    = 1
	headerSize = len(magic) + 4 + 8
)

// Limits of lists whose memory is not bounded by the size of their data.
const (
	maxNames   = 1024 // settings, columns, numbers
	maxTensors = 4096
	maxDims    = 8
)

// Encode returns s as the content of a file. Equal states give equal bytes. It
// panics if [Decode] would refuse s.
func Encode(s *State) []byte {
	s.check()
	e := encoder{make([]byte, 0, s.size())}
	e.b = append(e.b, magic...)
	e.uint32(version)
	e.uint64(0) // the size, which is set at the end
	e.uint32(len(s.Settings))
	for _, name := range slices.Sorted(maps.Keys(s.Settings)) {
		e.text(name)
		e.text(s.Settings[name])
	}
	for _, n := range []int{s.Step, s.Epoch, s.Cursor} {
		e.uint64(n)
	}
	list(&e, s.Order, e.int32)
	list(&e, s.Generator, func(v byte) { e.b = append(e.b, v) })
	e.uint32(len(s.Tensors))
	for _, t := range s.Tensors {
		e.text(t.Name)
		list(&e, t.Shape, e.uint64)
		for _, v := range t.Values {
			e.b = binary.LittleEndian.AppendUint32(e.b, math.Float32bits(v))
		}
	}
	list(&e, s.Loss, e.float64)
	list(&e, s.Hits, e.int32)
	e.history(s.History)
	e.uint32(len(s.Numbers))
	for _, name := range slices.Sorted(maps.Keys(s.Numbers)) {
		e.text(name)
		e.float64(s.Numbers[name])
	}
	binary.LittleEndian.PutUint64(e.b[headerSize-8:], uint64(len(e.b)+sha256.Size))
	sum := sha256.Sum256(e.b)
	return append(e.b, sum[:]...)
}

// size is the approximate size of the file.
func (s *State) size() int {
	n := 4096 + 4*len(s.Order) + 8*len(s.Loss) + 4*len(s.Hits)
	for _, t := range s.Tensors {
		n += 128 + 4*len(t.Values)
	}
	for _, c := range s.History {
		n += 64 + 8*len(c.Values)
	}
	return n
}

// check panics if s is not a state that a trainer may save.
func (s *State) check() {
	if len(s.Settings) > maxNames || len(s.History) > maxNames || len(s.Numbers) > maxNames || len(s.Tensors) > maxTensors {
		panic("checkpoint: more names than a file may have")
	}
	names := map[string]bool{}
	for _, t := range s.Tensors {
		if n, ok := elements(t.Shape); !ok || n != len(t.Values) || names[t.Name] {
			panic("checkpoint: a tensor's shape is not that of its values, or its name comes twice")
		}
		names[t.Name] = true
	}
	for _, c := range s.History {
		if len(c.Values) != len(s.History[0].Values) {
			panic("checkpoint: columns of different lengths")
		}
	}
	if s.Step < 0 || s.Epoch < 0 || s.Cursor < 0 {
		panic("checkpoint: negative progress")
	}
}

// elements returns the product of 1 to maxDims positive dimensions, if it is no
// more than a file can hold.
func elements(shape []int) (n int, ok bool) {
	if len(shape) < 1 || len(shape) > maxDims {
		return 0, false
	}
	n = 1
	for _, d := range shape {
		if d < 1 || n > math.MaxInt/4/d {
			return 0, false
		}
		n *= d
	}
	return n, true
}

type encoder struct{ b []byte }

func (e *encoder) uint32(n int)  { e.b = binary.LittleEndian.AppendUint32(e.b, uint32(n)) }
func (e *encoder) uint64(n int)  { e.b = binary.LittleEndian.AppendUint64(e.b, uint64(n)) }
func (e *encoder) int32(v int32) { e.b = binary.LittleEndian.AppendUint32(e.b, uint32(v)) }
func (e *encoder) float64(v float64) {
	e.b = binary.LittleEndian.AppendUint64(e.b, math.Float64bits(v))
}

func (e *encoder) text(s string) {
	e.uint32(len(s))
	e.b = append(e.b, s...)
}

func list[T any](e *encoder, values []T, put func(T)) {
	e.uint32(len(values))
	for _, v := range values {
		put(v)
	}
}

func (e *encoder) history(columns []Column) {
	e.uint32(len(columns))
	lines := 0
	for _, c := range columns {
		e.text(c.Name)
		lines = len(c.Values)
	}
	e.uint32(lines)
	for _, c := range columns {
		for _, v := range c.Values {
			e.float64(v)
		}
	}
}
