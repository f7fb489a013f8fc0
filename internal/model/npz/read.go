package npz

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Limits that keep a file from making the reader allocate more memory than the file
// can fill.
const (
	maxArrays = 1 << 10
	maxDict   = 1 << 12 // bytes of an array's dictionary, which takes about 80
	maxDims   = 8
)

// ReadFloats reads the arrays of a file that numpy.savez or numpy.savez_compressed
// wrote, in the file's order, with their numbers as []float64. In the file the
// numbers are float32, float64, int32, int64 or uint8, in row-major or column-major
// order. The []float64 take at most maxBytes in total.
//
// The error says in one line what is wrong.
func ReadFloats(content []byte, maxBytes int64) ([]Array, error) {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, fmt.Errorf("is not a complete npz file: %w", err)
	}
	if len(z.File) > maxArrays {
		return nil, fmt.Errorf("must have at most %d arrays (got %d)", maxArrays, len(z.File))
	}
	var arrays []Array
	for _, f := range z.File {
		name, isArray := strings.CutSuffix(f.Name, ".npy")
		if !isArray {
			return nil, fmt.Errorf("must hold only arrays, NAME.npy (got %q)", f.Name)
		}
		a, err := readMember(f, maxBytes)
		if err != nil {
			return nil, fmt.Errorf("%q %w", name, err)
		}
		a.Name = name
		maxBytes -= 8 * int64(len(a.Values.([]float64)))
		arrays = append(arrays, a)
	}
	return arrays, nil
}

func readMember(f *zip.File, maxBytes int64) (Array, error) {
	r, err := f.Open()
	if err != nil {
		return Array{}, fmt.Errorf("cannot be read: %w", err)
	}
	defer r.Close()
	h, err := readHeader(r)
	if err != nil {
		return Array{}, err
	}
	n, ok := h.count(maxBytes / 8)
	if !ok {
		return Array{}, fmt.Errorf("must have at most %d numbers (got the shape %v)", maxBytes/8, h.shape)
	}
	// Memory grows with the bytes that are there, whatever the shape claims. Asking
	// for one more byte detects data beyond the array, and makes the zip reader
	// check the checksum.
	size := int64(h.element.size) * n
	data, err := io.ReadAll(io.LimitReader(r, size+1))
	if err != nil {
		return Array{}, fmt.Errorf("cannot be read: %w", err)
	}
	if int64(len(data)) != size {
		return Array{}, fmt.Errorf("must have %d bytes for the shape %v", size, h.shape)
	}
	values := make([]float64, n)
	for i := range values {
		values[i] = h.element.value(data[i*h.element.size:])
	}
	if h.columns {
		values = rowMajor(values, h.shape)
	}
	return Array{Shape: h.shape, Values: values}, nil
}

// header is what comes before an array's elements.
type header struct {
	element element
	columns bool // column-major
	shape   []int
}

// dict matches the dictionary as NumPy writes it.
var dict = regexp.MustCompile(`^\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\), \} *\n$`)

// readHeader reads an array's header.
//
// Source: numpy.lib.format, NPY format versions 1.0 and 2.0.
func readHeader(r io.Reader) (h header, err error) {
	var start [8]byte
	if _, err := io.ReadFull(r, start[:]); err != nil || string(start[:6]) != "\x93NUMPY" {
		return h, errors.New("is not a NumPy array")
	}
	length := make([]byte, 2)
	if start[6] > 1 {
		length = make([]byte, 4)
	}
	if _, err := io.ReadFull(r, length); err != nil {
		return h, errors.New("is cut off")
	}
	n := uint32(binary.LittleEndian.Uint16(length))
	if len(length) == 4 {
		n = binary.LittleEndian.Uint32(length)
	}
	if n > maxDict {
		return h, fmt.Errorf("must have a header of at most %d bytes (got %d)", maxDict, n)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, errors.New("is cut off")
	}
	fields := dict.FindSubmatch(text)
	if fields == nil {
		return h, errors.New("has a header that NumPy does not write")
	}
	var known bool
	if h.element, known = elements[string(fields[1])]; !known {
		return h, fmt.Errorf("must be of type '<f4' or '<f8' (got %q)", fields[1])
	}
	h.columns = string(fields[2]) == "True"
	h.shape, err = parseShape(string(fields[3]))
	return h, err
}

// parseShape parses numbers separated by commas: "" for none, "3," or "3, 4".
func parseShape(text string) ([]int, error) {
	text = strings.TrimSuffix(strings.TrimSpace(text), ",")
	var shape []int
	for field := range strings.SplitSeq(text, ",") {
		if text == "" {
			break
		}
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || len(shape) == maxDims {
			return nil, fmt.Errorf("must have a shape of at most %d numbers (got %q)", maxDims, text)
		}
		shape = append(shape, n)
	}
	return shape, nil
}

// count returns the number of elements, if it is at most limit.
func (h header) count(limit int64) (n int64, ok bool) {
	n = 1
	for _, dim := range h.shape {
		if dim > 0 && n > limit/int64(dim) {
			return 0, false
		}
		n *= int64(dim)
	}
	return n, n <= limit
}

// element is a type of elements.
type element struct {
	size  int
	value func(b []byte) float64
}

// elements are the supported types, by NumPy's names.
var elements = map[string]element{
	"<f4": {4, func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) }},
	"<f8": {8, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }},
	"<i8": {8, func(b []byte) float64 { return float64(int64(binary.LittleEndian.Uint64(b))) }},
	"<i4": {4, func(b []byte) float64 { return float64(int32(binary.LittleEndian.Uint32(b))) }},
	"|u1": {1, func(b []byte) float64 { return float64(b[0]) }},
}

// rowMajor returns column-major values in row-major order.
func rowMajor(values []float64, shape []int) []float64 {
	sorted := make([]float64, len(values))
	index := make([]int, len(shape))
	for _, v := range values {
		at := 0
		for d, i := range index {
			at = at*shape[d] + i
		}
		sorted[at] = v
		for d := range index { // the first index moves fastest
			if index[d]++; index[d] < shape[d] {
				break
			}
			index[d] = 0
		}
	}
	return sorted
}
