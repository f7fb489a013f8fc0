package kernel

import "slices"

// Bytes is a matrix of bytes whose rows may start anywhere in Data, such as the images
// of a batch within a data set.
type Bytes struct {
	Data   []uint8
	Cols   int
	Starts []int // where each row begins
}

// Rows is the number of rows.
func (x *Bytes) Rows() int { return len(x.Starts) }

// Row returns row i.
func (x *Bytes) Row(i int) []uint8 { return x.Data[x.Starts[i]:][:x.Cols] }

// Fetch prefetches row i, which is needed soon. The rows of a batch are read in random
// order, so the processor cannot predict which comes next.
func (s *Set) Fetch(x *Bytes, i int) { s.fetch(x.Row(i)) }

// Columns is the transpose of the active rows of a matrix of bytes.
type Columns struct {
	Bytes
	rows []int // where the active rows of the matrix begin, padded to a multiple of eight
}

// Resize prepares c for the columns of x in the active rows. It allocates only if c has
// never been that large.
func (c *Columns) Resize(x *Bytes, active *Active) {
	mustMatch(active.rows == x.Rows())
	c.rows = c.rows[:0]
	for _, offset := range active.offsets {
		c.rows = append(c.rows, x.Starts[offset/rowBytes])
	}
	c.resize(x.Cols, active.count)
}

// Reserve allocates what the columns of a (rows, cols) matrix need.
func (c *Columns) Reserve(rows, cols int) {
	c.rows = slices.Grow(c.rows[:0], upTo(rows, Tile))
	c.resize(cols, rows)
}

// resize makes room for rows that start a multiple of eight bytes apart.
func (c *Columns) resize(rows, cols int) {
	stride := upTo(cols, Tile)
	c.Cols, c.Starts = cols, c.Starts[:0]
	for i := range rows {
		c.Starts = append(c.Starts, i*stride)
	}
	c.Data = slices.Grow(c.Data[:0], rows*stride)[:rows*stride]
}

// Groups is the number of groups of 16 columns.
func (c *Columns) Groups() int { return (c.Bytes.Rows() + sixteen - 1) / sixteen }

// Group returns the bounds of group i.
func (c *Columns) Group(i int) (first, end int) {
	return i * sixteen, min((i+1)*sixteen, c.Bytes.Rows())
}

// Transpose makes group i of c, which must have been resized for x.
func (s *Set) Transpose(c *Columns, x *Bytes, i int) {
	mustMatch(c.Bytes.Rows() == x.Cols)
	if len(c.rows) == 0 {
		return
	}
	first, end := c.Group(i)
	stride := len(c.rows)
	dst := c.Data[first*stride : end*stride]
	if last := slices.Max(c.rows) + first + sixteen; end-first < sixteen || last > len(x.Data) {
		transposeGeneric(dst, stride, x.Data[first:], c.rows)
		return
	}
	s.transpose(dst, stride, x.Data[first:], c.rows)
}
