package array

import (
	"encoding/binary"
	"fmt"
	"io"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist/convert/input"
)

// idxTypes are the types of IDX, by the third byte of the file (LeCun's description of
// the MNIST files). All are big-endian.
var idxTypes = map[byte]element{
	0x08: byteElement,
	0x09: big["i1"],
	0x0b: big["i2"],
	0x0c: big["i4"],
	0x0d: big["f4"],
	0x0e: big["f8"],
}

// maxAxes is the most axes of an array: no image needs more.
const maxAxes = 8

// IsIDX reports whether a file that starts with start is IDX.
func IsIDX(start []byte) bool {
	if len(start) < 4 || start[0] != 0 || start[1] != 0 || start[3] < 1 || start[3] > maxAxes {
		return false
	}
	_, ok := idxTypes[start[2]]
	return ok
}

// ReadIDX reads the header of an IDX file.
func ReadIDX(f input.File) (*Array, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	a := &Array{file: f, idx: true}
	header, err := a.readIDX(r)
	if err != nil {
		return nil, fault.In(f.Path, err)
	}
	most, err := f.MaxContent()
	if err != nil {
		return nil, err
	}
	if err := a.checkShape(most - int64(header)); err != nil {
		return nil, fault.In(f.Path, err)
	}
	a.open = func() (io.ReadCloser, error) {
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		if err := skip(r, header); err != nil {
			r.Close()
			return nil, err
		}
		return r, nil
	}
	return a, nil
}

// readIDX reads the type and the shape, and returns the size of the header.
func (a *Array) readIDX(r io.Reader) (int, error) {
	var magic [4]byte
	if _, err := io.ReadFull(r, magic[:]); err != nil || !IsIDX(magic[:]) {
		return 0, fmt.Errorf("must start like an IDX file (got %x)", magic)
	}
	a.element = idxTypes[magic[2]]
	dims := make([]uint32, magic[3])
	if err := binary.Read(r, binary.BigEndian, dims); err != nil {
		return 0, ends(0, len(dims), err)
	}
	for _, d := range dims {
		a.shape = append(a.shape, int(d))
	}
	return 4 + 4*len(dims), nil
}
