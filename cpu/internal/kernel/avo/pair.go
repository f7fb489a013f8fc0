//go:build generate

package main

// The layout of kernel.Pair: a cache line with the counts of its three lists and room
// for what is left over at a strip's end, and then the lists, each with room for a
// strip.
const (
	stripCols = 160
	headBytes = 64
	listBytes = 4 * stripCols
	pairBytes = headBytes + 3*listBytes
)

// The lists of a pair.
const (
	both = iota
	firstOnly
	secondOnly
)

// The parts of an entry: the number of a row and, from these bits on, the bytes of the
// two rows of the pair.
const (
	firstShift  = 16
	secondShift = 24
)

func countOf(list int) int   { return 4 * list }
func entriesOf(list int) int { return headBytes + list*listBytes }
