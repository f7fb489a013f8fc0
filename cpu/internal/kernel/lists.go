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

// stripCols is the number of columns of a strip: of the other factor, so many
// rows of the widest block, four panels, leave room in a first cache of 48 KB.
const stripCols = 112

// Lists is a sparse matrix: for each row the list of its elements that are not
// zero, in order. An element that is zero meets no number of the other factor,
// not even NaN.
//
// The matrix is cut into strips of columns, and a product is taken strip by
// strip. Without that, each row would go through all of the other factor, which
// the first cache cannot hold, while it uses every element there only once.
//
// Each list has room for a full row, so that lists can be made at once by
// several goroutines.
type Lists struct {
	rows, cols int
	strips     int
	spans      []Span // of each strip, row by row
	entries    []Entry
}

// Resize makes l the lists of a (rows, cols) matrix of zeros. It allocates only
// what l never held before.
func (l *Lists) Resize(rows, cols int) {
	if uint64(rows)*uint64(cols) > math.MaxUint32 {
		panic("kernel: lists of too many elements")
	}
	l.rows, l.cols, l.strips = rows, cols, max(1, (cols+stripCols-1)/stripCols)
	l.spans = slices.Grow(l.spans[:0], l.strips*rows)[:l.strips*rows]
	l.entries = slices.Grow(l.entries[:0], rows*cols)[:rows*cols]
	clear(l.spans)
}

// strip returns the rows of strip i.
func (l *Lists) strip(i int) []Span { return l.spans[i*l.rows : (i+1)*l.rows] }

// List makes list i of l that of scale·src.
func (s *Set) List(l *Lists, i int, src []uint8, scale float32) {
	mustMatch(len(src) == l.cols && l.strips*stripCols >= l.cols)
	n := i * l.cols
	room := n + l.cols
	for strip := range l.strips {
		begin, first := n, strip*stripCols
		bytes := src[first:min(first+stripCols, l.cols)]
		n += s.list(l.entries[n:room], bytes, first, scale)
		l.strip(strip)[i] = Span{uint32(begin), uint32(n)}
	}
}

// list lists the columns from first on and returns the number of entries.
func (s *Set) list(entries []Entry, src []uint8, first int, scale float32) int {
	eights := len(src) &^ 7
	mustMatch(eights <= len(entries))
	n := s.listBytes(entries, src[:eights], uint32(first*rowBytes), scale)
	for j, v := range src[eights:] {
		if v != 0 {
			entries[n] = Entry{uint32((first + eights + j) * rowBytes), scale * float32(v)}
			n++
		}
	}
	return n
}

// Transpose makes the lists from first to before end those columns of x, of
// which only the active rows count. Size l for x's transpose.
func (l *Lists) Transpose(x *Lists, active *Active, first, end int) {
	mustMatch(l.rows == x.cols && l.cols == x.rows && active.rows == x.rows)
	for c := first; c < end; c++ {
		begin := uint32(c * l.cols)
		l.strip(0)[c] = Span{begin, begin}
	}
	offsets := active.rowOffsets()
	for strip := range l.strips {
		spans := l.strip(strip)[first:end]
		if strip > 0 {
			for c, s := range l.strip(strip - 1)[first:end] {
				spans[c] = Span{s.End, s.End}
			}
		}
		for len(offsets) > 0 && int(offsets[0]/rowBytes) < (strip+1)*stripCols {
			l.addRow(spans, x.between(int(offsets[0]/rowBytes), first, end), first, offsets[0])
			offsets = offsets[1:]
		}
	}
}

// addRow appends a row's entries to the lists of their columns.
func (l *Lists) addRow(spans []Span, entries []Entry, first int, offset uint32) {
	for _, e := range entries {
		s := &spans[int(e.Offset/rowBytes)-first]
		l.entries[s.End] = Entry{offset, e.Value}
		s.End++
	}
}

// between returns row i's entries in the columns from first to before end.
func (l *Lists) between(i, first, end int) []Entry {
	entries := l.entries[l.strip(0)[i].Begin:l.strip(l.strips - 1)[i].End]
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
