package kernel

import "slices"

// Tile is a number of rows that every dense kernel can take: a multiple of what it
// takes at a time.
const Tile = 8

// Active is the set of rows of a gradient that are not all zero.
//
// With raw pixels the softmax saturates: images that are classified with certainty,
// soon four out of five, have a gradient of exactly zero. Leaving them out changes no
// sum.
type Active struct {
	rows    int      // of the matrix
	count   int      // number of active rows
	offsets []uint32 // of the active rows, in bytes within a panel; the last one is repeated to fill a tile
	ones    Lists    // a row of ones, a column for each active row
}

// Reserve allocates what sets of the given number of rows need.
func (a *Active) Reserve(rows int) {
	a.offsets = slices.Grow(a.offsets[:0], rows+Tile-1)
	a.ones.resize(1, rows, 1)
}

// SetAll makes all of the given number of rows active.
func (a *Active) SetAll(rows int) {
	a.reset(rows)
	for i := range rows {
		a.add(i)
	}
	a.fill()
}

// SetNonzero makes those rows of m active that are not all zero.
func (a *Active) SetNonzero(m Matrix) {
	a.reset(m.Rows)
	for i := range m.Rows {
		if nonzero(m, i) {
			a.add(i)
		}
	}
	a.fill()
}

func nonzero(m Matrix, i int) bool {
	for p := range m.Panels() {
		for _, v := range m.Piece(i, p) {
			if v != 0 {
				return true
			}
		}
	}
	return false
}

func (a *Active) reset(rows int) {
	a.rows, a.offsets = rows, a.offsets[:0]
}

func (a *Active) add(i int) { a.offsets = append(a.offsets, uint32(i*rowBytes)) }

func (a *Active) fill() {
	a.count = len(a.offsets)
	for len(a.offsets)%Tile != 0 {
		a.offsets = append(a.offsets, a.offsets[a.count-1])
	}
	a.listOnes()
}

// listOnes makes the row of ones.
func (a *Active) listOnes() {
	a.ones.ResizeActive(1, a, 1)
	for i := range a.ones.Strips() {
		p := &a.ones.strip(i)[0]
		numbers := a.ones.numbers[i*stripCols : min((i+1)*stripCols, a.count)]
		p.counts, p.made = [3]uint32{firstOnly: uint32(len(numbers))}, a.ones.time
		for j, n := range numbers {
			p.entries[firstOnly][j] = n | 1<<firstShift
		}
	}
}

// rowOffsets returns where each active row begins in a panel, in bytes.
func (a *Active) rowOffsets() []uint32 { return a.offsets[:a.count] }

// tiles returns the offsets of the rows in the tiles from first to before end.
func (a *Active) tiles(first, end int) []uint32 { return a.offsets[first*Tile : end*Tile] }
