// Package npz writes arrays for NumPy, and reads those that NumPy has written.
package npz

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// An Array is a row-major array with a name.
type Array struct {
	Name   string
	Shape  []int
	Values any // []float32, []float64, []int64 or []uint8, with as many elements as Shape says
}

// Write writes a file that numpy.load reads: an uncompressed zip archive with a file
// NAME.npy for each array. Equal arrays give equal bytes.
func Write(w io.Writer, arrays ...Array) error {
	z := zip.NewWriter(w)
	for _, a := range arrays {
		f, err := z.CreateHeader(&zip.FileHeader{Name: a.Name + ".npy", Method: zip.Store})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(f, a.header()); err != nil {
			return err
		}
		if err := binary.Write(f, binary.LittleEndian, a.Values); err != nil {
			return err
		}
	}
	return z.Close()
}

// header returns what comes before the elements: a magic number, version 1.0,
// the length of the rest, and a Python dictionary that ends, after spaces, in a
// new line at a multiple of 64 bytes.
//
// Source: numpy.lib.format, NPY format version 1.0.
func (a Array) header() string {
	var shape strings.Builder
	for _, n := range a.Shape {
		fmt.Fprintf(&shape, "%d,", n)
	}
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", a.descr(), shape.String())
	const start = len("\x93NUMPY\x01\x00") + 2 // with the length
	dict += strings.Repeat(" ", 63-(start+len(dict))%64) + "\n"
	length := binary.LittleEndian.AppendUint16(nil, uint16(len(dict)))
	return "\x93NUMPY\x01\x00" + string(length) + dict
}

// descr is NumPy's name of the elements' type.
func (a Array) descr() string {
	switch a.Values.(type) {
	case []float32:
		return "<f4"
	case []float64:
		return "<f8"
	case []int64:
		return "<i8"
	case []uint8:
		return "|u1"
	}
	panic("npz: array of an unknown type")
}
