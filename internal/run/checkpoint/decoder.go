package checkpoint

import (
	"encoding/binary"
	"fmt"
	"math"
)

// decoder parses a file. After a fault it returns zeros.
type decoder struct {
	content []byte
	at      int
	err     error
}

// noLimit is for lists whose length is limited by the bytes of the file.
const noLimit = math.MaxInt

// faultf records the first fault, with its offset.
func (d *decoder) faultf(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("is damaged at byte %d: "+format, append([]any{d.at}, args...)...)
	}
}

// take returns the next n bytes, or nil after a fault. A fault names them what.
func (d *decoder) take(what string, n int) []byte {
	if d.err == nil && n > len(d.content)-d.at {
		d.faultf("%s must have %d bytes (got %d)", what, n, len(d.content)-d.at)
	}
	if d.err != nil {
		return nil
	}
	d.at += n
	return d.content[d.at-n : d.at]
}

// count reads the length of a list whose elements take at least size bytes each.
// It checks that the rest of the file can hold them, so that it is safe to
// allocate memory for them.
func (d *decoder) count(what string, size, limit int) int {
	b := d.take(what, 4)
	if b == nil {
		return 0
	}
	n := uint64(binary.LittleEndian.Uint32(b))
	if most := uint64(min((len(d.content)-d.at)/size, limit)); n > most {
		d.at -= 4
		d.faultf("%s must have at most %d elements (got %d)", what, most, n)
		return 0
	}
	return int(n)
}

// number reads a number that is not negative.
func (d *decoder) number(what string) int {
	b := d.take(what, 8)
	if b == nil {
		return 0
	}
	n := binary.LittleEndian.Uint64(b)
	if n > math.MaxInt {
		d.at -= 8
		d.faultf("%s must be at most %d (got %d)", what, math.MaxInt, n)
		return 0
	}
	return int(n)
}

func (d *decoder) text(what string) string {
	return string(d.take(what, d.count(what, 1, noLimit)))
}

func (d *decoder) float64(what string) float64 {
	b := d.take(what, 8)
	if b == nil {
		return 0
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b))
}

// names reads a list of sorted, unique names and their values of at least size
// bytes each.
func names[T any](d *decoder, what string, size int, value func(what string) T) map[string]T {
	n := d.count(what, 4+size, maxNames)
	if n == 0 {
		return nil
	}
	m := make(map[string]T, n)
	last := ""
	for i := range n {
		name := d.text(what)
		if d.err == nil && i > 0 && name <= last {
			d.faultf("%s: %q comes after %q", what, name, last)
		}
		v := value(what)
		if d.err != nil {
			return nil
		}
		m[name], last = v, name
	}
	return m
}

func (d *decoder) int32s(what string, n int) []int32 {
	return numbers(d.take(what, 4*n), 4, func(b []byte) int32 { return int32(binary.LittleEndian.Uint32(b)) })
}

func (d *decoder) float32s(what string, n int) []float32 {
	return numbers(d.take(what, 4*n), 4, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) })
}

func (d *decoder) float64s(what string, n int) []float64 {
	return numbers(d.take(what, 8*n), 8, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) })
}

// numbers splits b into numbers of size bytes each. It returns nil if there are
// none.
func numbers[T any](b []byte, size int, number func([]byte) T) []T {
	if len(b) == 0 {
		return nil
	}
	values := make([]T, len(b)/size)
	for i := range values {
		values[i] = number(b[i*size:])
	}
	return values
}
