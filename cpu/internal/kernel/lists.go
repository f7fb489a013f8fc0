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

// A Span is a row of a strip: the entries from Begin to before End.
type Span struct{ Begin, End uint32 }

const (
	// stripCols is the number of columns of a strip. Four panels of as many rows
	// fill a first cache of 48 KB, less what no list asks for at the edges of
	// images.
	stripCols = 160

	// apart keeps the lists of neighbours out of each other's lines of the cache
	// where their length is a power of two, as that of a batch.
	apart = rowBytes / 8
)

// Lists is a sparse matrix: for each row the list of its elements that are not
// zero, in order. An element that is zero meets no number of the other factor,
// not even NaN.
//
// The matrix is cut into strips of columns, and a product is taken strip by
// strip. Without that, each row would go through all of the other factor, which
// the first cache cannot hold, and use every element there only once.
//
// Each list has room for a full row, so that lists can be made at once by
// several goroutines.
type Lists struct {
	rows, cols int
	room       int    // entries from the beginning of a list to that of the next
	spans      []Span // of each strip, row by row
	entries    []Entry
}

// Resize makes l the lists of a (rows, cols) matrix of zeros. It allocates only
// what l never held before.
func (l *Lists) Resize(rows, cols int) {
	l.rows, l.cols, l.room = rows, cols, cols+apart
	if uint64(rows)*uint64(l.room) > math.MaxUint32 {
		panic("kernel: lists of too many elements")
	}
	l.spans = slices.Grow(l.spans[:0], l.Strips()*rows)[:l.Strips()*rows]
	l.entries = slices.Grow(l.entries[:0], rows*l.room)[:rows*l.room]
	clear(l.spans)
}

// Strips is the number of strips.
func (l *Lists) Strips() int { return (l.cols + stripCols - 1) / stripCols }

// strip returns the rows of strip i.
func (l *Lists) strip(i int) []Span { return l.spans[i*l.rows : (i+1)*l.rows] }

// columns returns the bounds of strip i.
func (l *Lists) columns(i int) (first, end int) {
	return i * stripCols, min((i+1)*stripCols, l.cols)
}

// Fetch asks for bytes of which a list is to be made soon. Images are read in
// random order, so that the processor cannot foresee which comes next.
func (s *Set) Fetch(src []uint8) { s.fetch(src) }

// List makes list i of l that of scale·src.
func (s *Set) List(l *Lists, i int, src []uint8, scale float32) {
	mustMatch(len(src) == l.cols)
	begin := i * l.room
	for strip := range l.Strips() {
		first, end := l.columns(strip)
		n := s.list(l.entries[begin:], src[first:end], first, scale)
		l.strip(strip)[i] = Span{uint32(begin), uint32(begin + n)}
		begin += n
	}
}

// list lists the columns from first on and returns the number of entries.
func (s *Set) list(entries []Entry, src []uint8, first int, scale float32) int {
	eights := len(src) &^ 7
	n := s.listBytes(entries[:eights], src[:eights], uint32(first*rowBytes), scale)
	for j, v := range src[eights:] {
		if v != 0 {
			entries[n] = Entry{uint32((first + eights + j) * rowBytes), scale * float32(v)}
			n++
		}
	}
	return n
}

// Transpose makes the lists of those columns of x that are in its given strip. Of
// x only the active rows count. Size l for x's transpose.
func (l *Lists) Transpose(x *Lists, active *Active, strip int) {
	mustMatch(l.rows == x.cols && l.cols == x.rows && active.rows == x.rows)
	first, end := x.columns(strip)
	lists, offsets := x.strip(strip), active.rowOffsets()
	for i := range l.Strips() {
		spans := l.strip(i)[first:end]
		for c := range spans {
			begin := uint32((first + c) * l.room)
			if i > 0 {
				begin = l.strip(i - 1)[first+c].End
			}
			spans[c] = Span{begin, begin}
		}
		_, behind := l.columns(i)
		for len(offsets) > 0 && int(offsets[0]/rowBytes) < behind {
			list := lists[offsets[0]/rowBytes]
			l.addRow(spans, x.entries[list.Begin:list.End], first, offsets[0])
			offsets = offsets[1:]
		}
	}
}

// addRow appends a row's entries to the lists of their columns.
func (l *Lists) addRow(spans []Span, row []Entry, first int, offset uint32) {
	entries := l.entries
	for _, e := range row {
		s := &spans[int(e.Offset/rowBytes)-first]
		entries[s.End] = Entry{offset, e.Value}
		s.End++
	}
}
