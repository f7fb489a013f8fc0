// Package array reads images and labels that are stored as arrays of numbers: the IDX
// files of MNIST and its relatives, and the npy and npz files of NumPy.
//
// The first axis of an array counts the images. Arrays are found by their names and
// shapes; see [Pairs].
package array

import (
	"bufio"
	"fmt"
	"io"
	"slices"

	"mnistgpu/internal/mnist/convert/input"
)

// An Array is an array in a file. Nothing but its header has been read.
type Array struct {
	file    input.File
	name    string // in an npz file, or ""
	idx     bool   // whether it is IDX, where 8 columns of labels are those of QMNIST
	shape   []int
	element element
	columns bool // column-major: the first axis is the fastest

	// open returns the elements.
	open func() (io.ReadCloser, error)
}

// String returns the array's place.
func (a *Array) String() string {
	if a.name == "" {
		return a.file.Path
	}
	return a.file.Path + ": " + a.name
}

// Path returns the array's file.
func (a *Array) Path() string { return a.file.Path }

// Name returns the array's name in an npz file, or "".
func (a *Array) Name() string { return a.name }

// Shape returns the array's shape.
func (a *Array) Shape() []int { return a.shape }

// perImage returns the number of elements for each step along the first axis.
func (a *Array) perImage() int {
	n := 1
	for _, dim := range a.shape[1:] {
		n *= dim
	}
	return n
}

// checkShape checks the shape that a header claims against the bytes that can be there.
func (a *Array) checkShape(maxBytes int64) error {
	n := int64(a.element.size)
	for _, dim := range a.shape {
		if dim < 0 || dim > 0 && n > maxBytes/int64(dim) {
			return fmt.Errorf("must have the bytes for the shape %v (got at most %d)", a.shape, maxBytes)
		}
		n *= int64(dim)
	}
	return nil
}

// each calls use for the elements of every image, in the order of the images. They are
// valid until use returns.
func (a *Array) each(use func(i int, elements []byte) error) error {
	if a.columns && len(a.shape) > 1 {
		return a.eachOfColumns(use)
	}
	r, err := a.open()
	if err != nil {
		return err
	}
	defer r.Close()
	one := make([]byte, a.perImage()*a.element.size)
	for i := range a.shape[0] {
		if _, err := io.ReadFull(r, one); err != nil {
			return ends(i, a.shape[0], err)
		}
		if err := use(i, one); err != nil {
			return err
		}
	}
	return end(r)
}

// ends explains why image i of n cannot be read.
func ends(i, n int, err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("ends early, in item %d of %d", i+1, n)
	}
	return err
}

// end checks that nothing is left. For compressed data, that checks the checksum too.
func end(r io.Reader) error {
	var extra [1]byte
	switch _, err := io.ReadFull(r, extra[:]); err {
	case nil:
		return fmt.Errorf("goes on after its last item, where it must end")
	case io.EOF:
		return nil
	default:
		return err
	}
}

// blockBytes is how much of a column-major array is kept at a time.
const blockBytes = 48 << 20

// eachOfColumns is each for a column-major array, in which the numbers of one image lie
// far apart. It reads the file once for every block of images.
func (a *Array) eachOfColumns(use func(i int, elements []byte) error) error {
	size, per, n := a.element.size, a.perImage(), a.shape[0]
	one := make([]byte, per*size)
	from := positions(a.shape[1:])
	step := min(n, max(1, blockBytes/max(1, len(one))))
	var block []byte
	for first := 0; first < n; first += step {
		count := min(step, n-first)
		var err error
		if block, err = a.columnBlock(block[:0], first, count); err != nil {
			return err
		}
		for i := range count {
			for k, at := range from {
				copy(one[k*size:][:size], block[(at*count+i)*size:])
			}
			if err := use(first+i, one); err != nil {
				return err
			}
		}
	}
	return nil
}

// columnBlock appends the elements of some images to block, a run of them for each place
// in an image. Memory grows with what has been read.
func (a *Array) columnBlock(block []byte, first, count int) ([]byte, error) {
	r, err := a.open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	size, n := a.element.size, a.shape[0]
	data := bufio.NewReaderSize(r, 256<<10)
	for range a.perImage() {
		if err := skip(data, first*size); err != nil {
			return nil, ends(0, n, err)
		}
		start := len(block)
		block = slices.Grow(block, count*size)[:start+count*size]
		if _, err := io.ReadFull(data, block[start:]); err != nil {
			return nil, ends(0, n, err)
		}
		if err := skip(data, (n-first-count)*size); err != nil {
			return nil, ends(0, n, err)
		}
	}
	return block, end(data)
}

func skip(r io.Reader, n int) error {
	_, err := io.CopyN(io.Discard, r, int64(n))
	return err
}

// positions returns, for each place of a row-major image of the given shape, its place
// in a column-major one.
func positions(shape []int) []int {
	n := 1
	for _, dim := range shape {
		n *= dim
	}
	at := make([]int, n)
	for i := range at {
		rest, stride := i, n
		for axis := len(shape) - 1; axis >= 0; axis-- {
			stride /= shape[axis]
			at[i] += rest % shape[axis] * stride
			rest /= shape[axis]
		}
	}
	return at
}
