package kernel

import "slices"

// stripCols is the number of columns of a strip. Four panels of that many rows fill an
// L1 cache of 32 or 48 KB, not counting the rows for the empty edges of images, which
// no list asks for.
const stripCols = 160

// The lists of a [Pair].
const (
	both = iota
	firstOnly
	secondOnly
)

// A Pair is two adjacent rows of a strip of a sparse matrix, as three lists of columns:
// those where both rows are non-zero, only the first, and only the second. A zero is
// never multiplied by an element of the other factor, not even by NaN.
type Pair struct {
	counts  [3]uint32 // of the lists
	made    uint32    // the Lists.time that they were made at
	tail    [2][sixteen]uint8
	_       [16]uint8
	entries [3][stripCols]uint32
}

// An entry of a list has, from its lowest bit on, the number of the row that its column
// multiplies, in 16 bits, and the bytes of the first and the second row.
const (
	firstShift  = 16
	secondShift = 24
	maxRows     = 1 << firstShift
)

// sixteen is the number of bytes listed, and of columns transposed, at a time.
const sixteen = 16

// Lists is a sparse matrix, made of rows of bytes.
//
// The matrix is cut into strips of columns, and a product is computed strip by strip.
// Otherwise each row would go through the whole other factor, which the L1 cache cannot
// hold, and use every element there only once.
//
// Pairs are independent of each other, so several goroutines can make them.
type Lists struct {
	rows, cols int
	inner      int       // rows of the other factor
	numbers    []uint32  // for each column, its row of the other factor, counted from the strip's first; padded to a multiple of 16
	first      int       // distance from the first row of a strip to that of the next
	values     []float32 // what the bytes stand for
	scale      float32
	pairs      []Pair // of each strip
	time       uint32 // counts the resizes
}

// Resize prepares l for a (rows, cols) matrix, which is scale times one of bytes. It
// allocates only if l has never been that large.
func (l *Lists) Resize(rows, cols int, scale float32) {
	l.resize(rows, cols, scale)
	l.inner, l.first = cols, stripCols
	for j := range l.numbers {
		l.numbers[j] = uint32(j % stripCols)
	}
}

// ResizeActive prepares l for a matrix whose columns multiply the active rows.
func (l *Lists) ResizeActive(rows int, active *Active, scale float32) {
	mustMatch(active.rows <= maxRows)
	l.resize(rows, active.count, scale)
	l.inner, l.first = active.rows, 0
	for j, offset := range active.rowOffsets() {
		l.numbers[j] = offset / rowBytes
	}
}

func (l *Lists) resize(rows, cols int, scale float32) {
	if l.values == nil || l.scale != scale {
		l.scale, l.values = scale, slices.Grow(l.values[:0], 256)[:256]
		for b := range l.values {
			l.values[b] = scale * float32(b)
		}
	}
	l.rows, l.cols = rows, cols
	l.time++
	l.numbers = slices.Grow(l.numbers[:0], upTo(cols, sixteen))[:upTo(cols, sixteen)]
	n := l.Strips() * l.Pairs()
	l.pairs = slices.Grow(l.pairs[:0], n)[:n]
}

// upTo rounds n up to a multiple of m.
func upTo(n, m int) int { return (n + m - 1) / m * m }

// Pairs is the number of pairs of rows. The last one may lack its second row.
func (l *Lists) Pairs() int { return (l.rows + 1) / 2 }

// Strips is the number of strips.
func (l *Lists) Strips() int { return (l.cols + stripCols - 1) / stripCols }

// whole reports whether the lists of these pairs were made for l's current size, so
// that they name no row that the other factor lacks.
func (l *Lists) whole(pairs []Pair) bool {
	for i := range pairs {
		if pairs[i].made != l.time {
			return false
		}
	}
	return true
}

// strip returns the pairs of strip i.
func (l *Lists) strip(i int) []Pair { return l.pairs[i*l.Pairs() : (i+1)*l.Pairs()] }

// List makes the lists of pair i from its two rows of x.
func (s *Set) List(l *Lists, i int, x *Bytes) {
	mustMatch(x.Rows() == l.rows && x.Cols == l.cols)
	first, second := x.Row(2*i), []uint8(nil)
	if 2*i+1 < l.rows {
		second = x.Row(2*i + 1)
	}
	for strip := range l.Strips() {
		from, end := strip*stripCols, min((strip+1)*stripCols, l.cols)
		inSecond := zeros[:end-from]
		if second != nil {
			inSecond = second[from:end]
		}
		p := &l.strip(strip)[i]
		s.list(p, first[from:end], inSecond, l.numbers[from:])
		p.made = l.time
	}
}

// ListGroup makes the lists of a group of columns, which are rows of l.
func (s *Set) ListGroup(l *Lists, c *Columns, group int) {
	first, end := c.Group(group)
	for pair := first / 2; 2*pair < end; pair++ {
		s.List(l, pair, &c.Bytes)
	}
}

// zeros stand in for a row that does not exist.
var zeros = make([]uint8, stripCols)

// list makes the lists of a pair in one strip. The columns left over after whole
// sixteens are padded with zeros.
func (s *Set) list(p *Pair, first, second []uint8, rows []uint32) {
	n := len(first) / sixteen * sixteen
	p.counts = [3]uint32{}
	s.listPair(p, first[:n], second[:n], rows[:n])
	if n < len(first) {
		p.tail = [2][sixteen]uint8{}
		copy(p.tail[0][:], first[n:])
		copy(p.tail[1][:], second[n:])
		s.listPair(p, p.tail[0][:], p.tail[1][:], rows[n:n+sixteen])
	}
}
