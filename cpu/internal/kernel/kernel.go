// Package kernel holds the inner loops of the CPU's products and updates: in assembly
// for the processors that it knows, and in plain Go for all others.
//
// Matrices are stored in panels of 16 columns, see [Matrix]. The sparse kernels
// multiply lists of the non-zero elements, see [Lists]; the dense ones take whole rows,
// but only those that are [Active].
//
// The sparse kernels are bound by loads: of a value, to broadcast it, and of each
// register of the row that it multiplies. They take the rows of a sparse matrix in
// pairs, so that a row that both need is loaded once for two multiplications, and no
// multiplication is spent on a zero. That holds as long as the rows come from the L1
// cache, which is why the lists are cut into strips.
//
// The loops are called through the methods of a [Set], which make sure that every index
// is within its slice before they start one.
package kernel

//go:generate go run -tags generate ./avo -out avx2_amd64.s -stubs avx2_amd64.go -pkg kernel AVX2
//go:generate go run -tags generate ./avo -out avx512_amd64.s -stubs avx512_amd64.go -pkg kernel AVX512

// A Set is one implementation of all kernels. The kernels of a set always add up in the
// same order.
type Set struct {
	// Name is the instruction set that the kernels need, or "generic".
	Name string

	fetch        func(src []uint8) // into the cache, without waiting for it
	listPair     listFunc
	transpose    transposeFunc
	sparse       []sparseFunc     // for one panel, for two adjacent ones, and so on
	panels       int              // best number of them to form at a time
	denseForward denseForwardFunc // for one panel of the product and whole tiles of rows
	denseMasked  denseMaskedFunc
	denseAdd     denseAddFunc
	columns      int          // most columns of x that denseAdd takes at a time
	momentum     momentumFunc // for a multiple of 16 elements
	adam         adamFunc
}

// The kernels. Strides are in floats, and the offsets of rows in a panel are in bytes.
type (
	// adds the columns of two rows, whose length is a multiple of 16, to the lists
	// of a pair, which have room for them
	listFunc func(pair *Pair, first, second []uint8, rows []uint32)

	// writes 16 columns of src as rows of dst, stride bytes apart; the rows of src begin
	// at the offsets in rows, whose number is a multiple of eight
	transposeFunc func(dst []uint8, stride int, src []uint8, rows []int)

	// out = max(start + alpha·x·m, floor) in the given number of rows; startStep is the
	// distance from one row of start to the next, and values are what the bytes stand
	// for
	sparseFunc func(out []float32, outStride, rows int, start []float32, startStride, startStep int, m []float32, mStride int, x []Pair, values []float32, alpha, floor float32)

	// y = max(x·w + b, floor)
	denseForwardFunc func(y, x []float32, xStride int, w []float32, in int, rows []uint32, b []float32, floor float32)

	// dx = (dy·w) ⊙ (x > 0), where w is transposed
	denseMaskedFunc func(dx, dy []float32, dyStride int, w []float32, out int, rows []uint32, x []float32)

	// dw += alpha·xᵀ·dy
	denseAddFunc func(dw, x, dy []float32, rows []uint32, alpha float32)

	// v = momentum·v + (g + l2·p), p -= rate·v
	momentumFunc func(p, v, g []float32, rate, momentum, l2 float32)

	// d = g + l2·p, m = beta1·m + rest1·d, v = beta2·v + rest2·d²,
	// p -= alpha·m/(√v + epsilon)
	adamFunc func(p, m, v, g []float32, alpha, beta1, rest1, beta2, rest2, epsilon, l2 float32)
)

// Sets returns the sets that this processor can run, the fastest first. The
// generic set is always the last.
func Sets() []*Set { return append(native(), generic) }

// Generic returns the set in plain Go.
func Generic() *Set { return generic }
