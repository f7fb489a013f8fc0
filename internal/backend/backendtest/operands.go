package backendtest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"mnistgpu/internal/backend"
)

// size is the size of a product: rows of x, inputs and outputs.
type size struct{ rows, in, out int }

// smallSizes has single rows and columns, odd numbers, and numbers next to the powers
// of two that tiles are made of.
var smallSizes = []size{
	{1, 1, 1},
	{3, 31, 128},
	{3, 784, 10},
	{128, 127, 10},
	{127, 33, 31},
	{1000, 7, 3},
	{33, 1000, 1},
}

// allSizes adds a long product with enough outputs for statistics.
var allSizes = append(slices.Clip(smallSizes), size{31, 784, 33})

// kind describes the operands of a product, and how its result is judged.
type kind struct {
	name    string
	x       generator // of a Tensor x
	pixels  generator // of x that is Rows; nil for a Tensor
	scale   float32   // of Rows
	hidden  generator // of the output of ReLU, for LinearBackwardInput
	numbers generator // of all other operands
	rule    func(roundings int) rule
	columns func(roundings int) rule // of column sums, or nil if it is the same
}

// columnRule is the rule for column sums.
func (k kind) columnRule(roundings int) rule {
	if k.columns != nil {
		return k.columns(roundings)
	}
	return k.rule(roundings)
}

func always(r rule) func(int) rule { return func(int) rule { return r } }

// wholeNumbers give exact results in whatever order they are summed. They reveal each
// missing, extra or misplaced term.
var wholeNumbers = []kind{
	{name: "tensor", x: small, hidden: rectified, numbers: small, rule: always(exact)},
	{name: "bytes", pixels: smallBytes, scale: 1, numbers: small, rule: always(exact)},
}

// realNumbers reveal arithmetic that is less exact than float32.
var realNumbers = []kind{
	{name: "tensor", x: normal, hidden: rectified, numbers: normal, rule: sum},
	{name: "dense bytes", pixels: denseBytes, scale: 1, numbers: normal, rule: sum},
	{name: "sparse bytes / 255", pixels: sparseBytes, scale: 1. / 255, numbers: normal, rule: sum},
}

// split returns the kinds with the rules for a backend that splits products of bytes.
func split(kinds []kind) []kind {
	kinds = slices.Clone(kinds)
	for i, k := range kinds {
		if k.pixels != nil {
			kinds[i].rule, kinds[i].columns = splitSum, k.rule
		}
	}
	return kinds
}

// nanNumbers have a NaN that must show in the result. No other operand is 0, since a
// backend may skip products with 0.
var nanNumbers = []kind{
	{name: "tensor", x: oneNaN, hidden: denseBytes, numbers: oneNaN, rule: always(exact)},
	{name: "bytes", pixels: denseBytes, scale: 1, numbers: oneNaN, rule: always(exact)},
}

// oneSigned numbers reveal column sums that lose terms that are small beside the sum.
var oneSigned = []kind{
	{name: "positive dy", x: normal, numbers: positive, rule: sum},
}

// products lists the trials of one verb with each kind at each size.
func products(kinds []kind, sizes []size, verb func(k kind, z size) []trial) (list []trial) {
	for _, k := range kinds {
		for _, z := range sizes {
			for _, t := range verb(k, z) {
				t.name = fmt.Sprintf("%s, %d rows, %d in, %d out, %s", k.name, z.rows, z.in, z.out, t.name)
				list = append(list, t)
			}
		}
	}
	return list
}

// numbers makes a float32 operand.
func (s *stage) numbers(g generator, rows, cols int) backend.Tensor {
	return s.input(backend.Float32, rows, cols, g(s.rand, rows*cols))
}

// x makes the input of a product.
func (s *stage) x(k kind, rows, cols int) backend.Input {
	if k.pixels == nil {
		return s.numbers(k.x, rows, cols)
	}
	return s.rows(k.pixels, rows, cols, k.scale)
}

// rows makes rows that are scattered over a larger matrix, some of them used twice, and
// that start beyond both cursor and offset.
func (s *stage) rows(g generator, count, cols int, scale float32) backend.Rows {
	const cursor, offset, behind = 2, 3, 4
	n, ordered := count/2+5, cursor+offset+count+behind
	order := fill(func(r *rand.Rand) float64 { return float64(r.IntN(n)) })
	return backend.Rows{
		Data:   s.input(backend.Uint8, n, cols, g(s.rand, n*cols)),
		Order:  s.input(backend.Int32, ordered, 1, order(s.rand, ordered)),
		Cursor: s.input(backend.Int32, 1, 1, []float64{cursor}),
		Offset: offset,
		Count:  count,
		Scale:  scale,
	}
}
