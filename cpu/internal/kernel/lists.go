package kernel

import (
	"math"
	"slices"
)

// An Entry is an element of a sparse matrix: its value, and where the row that
// it multiplies begins in a panel of the other factor.
type Entry struct {
	Offset uint32 // in bytes: rowBytes times the number of the row
	Value  float32
}

// A Span is a row of a sparse matrix: the entries from Begin to before End.
type Span struct{ Begin, End uint32 }

// Lists is a sparse matrix: for each row the list of its elements that are not
// zero, in order. An element that is zero meets no number of the other factor,
// not even NaN.
//
// Each list has room for a full row, so that lists can be made at once by
// several goroutines.
type Lists struct {
	cols    int
	spans   []Span
	entries []Entry
}

// Resize makes l the lists of a (rows, cols) matrix of zeros. It allocates only
// what l never held before.
func (l *Lists) Resize(rows, cols int) {
	if uint64(rows)*uint64(cols) > math.MaxUint32 {
		panic("kernel: lists of too many elements")
	}
	l.cols = cols
	l.spans = slices.Grow(l.spans[:0], rows)[:rows]
	l.entries = slices.Grow(l.entries[:0], rows*cols)[:rows*cols]
	clear(l.spans)
}

// List makes list i of l that of scale·src.
func (s *Set) List(l *Lists, i int, src []uint8, scale float32) {
	mustMatch(len(src) == l.cols)
	begin := i * l.cols
	entries := l.entries[begin : begin+l.cols]
	eights := len(src) &^ 7
	n := s.listBytes(entries[:eights], src[:eights], scale)
	for j, v := range src[eights:] {
		if v != 0 {
			entries[n] = Entry{uint32((eights + j) * rowBytes), scale * float32(v)}
			n++
		}
	}
	l.spans[i] = Span{uint32(begin), uint32(begin + n)}
}

// Transpose makes the lists from first to before end those columns of x, of
// which only the active rows count. Size l for x's transpose.
func (l *Lists) Transpose(x *Lists, active *Active, first, end int) {
	mustMatch(len(l.spans) == x.cols && l.cols == len(x.spans) && active.rows == len(x.spans))
	spans := l.spans[first:end]
	for c := range spans {
		begin := uint32((first + c) * l.cols)
		spans[c] = Span{begin, begin}
	}
	for _, offset := range active.rowOffsets() {
		for _, e := range x.between(int(offset/rowBytes), first, end) {
			s := &spans[int(e.Offset/rowBytes)-first]
			l.entries[s.End] = Entry{offset, e.Value}
			s.End++
		}
	}
}

// between returns row i's entries in the columns from first to before end.
func (l *Lists) between(i, first, end int) []Entry {
	s := l.spans[i]
	entries := l.entries[s.Begin:s.End]
	return entries[position(entries, first):position(entries, end)]
}

// position is the number of entries before column c.
func position(entries []Entry, c int) int {
	lo, hi := 0, len(entries)
	for lo < hi {
		if mid := (lo + hi) / 2; int(entries[mid].Offset/rowBytes) < c {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
