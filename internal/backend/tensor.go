package backend

import (
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"
)

// DType is the type of a tensor's elements.
type DType uint8

// The element types. The zero DType belongs to the zero Tensor.
const (
	Uint8 DType = iota + 1
	Int32
	Float32
	Float64
)

var dtypes = [...]struct {
	name string // in Go
	size int    // of an element, in bytes
}{
	{name: "none"},
	Uint8:   {"uint8", 1},
	Int32:   {"int32", 4},
	Float32: {"float32", 4},
	Float64: {"float64", 8},
}

// Size is the number of bytes of one element.
func (d DType) Size() int {
	if d == 0 {
		panic("backend: size of an unknown DType")
	}
	return dtypes[d].size
}

// String is the type's name in Go.
func (d DType) String() string { return dtypes[d].name }

// Decode returns the elements of that type in raw, which is in the host's byte order. A
// float64 holds each of them exactly.
func (d DType) Decode(raw []byte) []float64 {
	values, order := make([]float64, len(raw)/d.Size()), binary.NativeEndian
	for i := range values {
		switch d {
		case Uint8:
			values[i] = float64(raw[i])
		case Int32:
			values[i] = float64(int32(order.Uint32(raw[4*i:])))
		case Float32:
			values[i] = float64(math.Float32frombits(order.Uint32(raw[4*i:])))
		case Float64:
			values[i] = math.Float64frombits(order.Uint64(raw[8*i:]))
		}
	}
	return values
}

// Encode is the reverse of Decode. Numbers for Float32 are rounded to the nearest; Uint8
// and Int32 must be able to hold theirs.
func (d DType) Encode(values []float64) []byte {
	raw, order := make([]byte, 0, len(values)*d.Size()), binary.NativeEndian
	for _, v := range values {
		switch d {
		case Uint8:
			raw = append(raw, uint8(v))
		case Int32:
			raw = order.AppendUint32(raw, uint32(int32(v)))
		case Float32:
			raw = order.AppendUint32(raw, math.Float32bits(float32(v)))
		case Float64:
			raw = order.AppendUint64(raw, math.Float64bits(v))
		}
	}
	return raw
}

// Buffer is a backend's own handle for the memory behind a Tensor. It must be
// comparable: equal buffers are the same memory.
type Buffer any

// Tensor is a row-major (Rows, Cols) matrix in a backend's memory. It is a handle:
// copies of it refer to the same memory. The zero Tensor means "none" where an op
// allows it.
type Tensor struct {
	Buffer     Buffer
	DType      DType
	Rows, Cols int
}

// IsZero reports whether t is the zero Tensor.
func (t Tensor) IsZero() bool { return t == Tensor{} }

// Len is the number of elements, Rows·Cols.
func (t Tensor) Len() int { return t.Rows * t.Cols }

// Bytes is the size of the elements in bytes.
func (t Tensor) Bytes() int { return t.Len() * t.DType.Size() }

// Shape returns Rows and Cols.
func (t Tensor) Shape() (rows, cols int) { return t.Rows, t.Cols }

// String gives shape and type, such as "64x784 float32".
func (t Tensor) String() string {
	return fmt.Sprintf("%dx%d %v", t.Rows, t.Cols, t.DType)
}

// Top returns the first rows of t, in the same memory. A backend must therefore use a
// tensor's Len, not the size of its Buffer.
func (t Tensor) Top(rows int) Tensor {
	if rows <= 0 || rows > t.Rows {
		panic("backend: Top of more rows than there are, or of none")
	}
	t.Rows = rows
	return t
}

// Input is what a layer reads: a Float32 [Tensor] or [Rows] of a byte matrix.
type Input interface {
	// Shape is the shape of the matrix that is read.
	Shape() (rows, cols int)
	isInput()
}

func (Tensor) isInput() {}
func (Rows) isInput()   {}

// Rows is the (Count, Data.Cols) Float32 matrix
//
//	x[i][j] = Scale · Data[Order[Cursor+Offset+i]][j]
//
// that a backend may form in memory or read from Data directly: most of an image is
// zero, and a byte is a quarter of a float. The caller keeps Cursor+Offset+Count within
// Order, and the numbers in Order within Data.
type Rows struct {
	Data   Tensor // (N, cols) Uint8
	Order  Tensor // (M, 1) Int32: row numbers of Data
	Cursor Tensor // (1, 1) Int32: where the batch starts in Order
	Offset int    // where this part of the batch starts, from Cursor
	Count  int    // rows
	Scale  float32
}

// Shape returns Count and the columns of Data.
func (r Rows) Shape() (rows, cols int) { return r.Count, r.Data.Cols }

// Chunk returns count of r's rows, starting at the given one.
func (r Rows) Chunk(offset, count int) Rows {
	r.Offset += offset
	r.Count = count
	return r
}

// Element is a Go type that a tensor can hold.
type Element interface {
	uint8 | int32 | float32 | float64
}

// Upload copies src to the whole of dst. It panics if the length or type of src is not
// that of dst.
func Upload[T Element](b Backend, dst Tensor, src []T) error {
	mustHold[T](dst, len(src))
	return b.Upload(dst, Bytes(src))
}

// Download returns the elements of src, row by row. It panics if src is not of
// type T.
func Download[T Element](b Backend, src Tensor) ([]T, error) {
	dst := make([]T, src.Len())
	mustHold[T](src, len(dst))
	return dst, b.Download(Bytes(dst), src)
}

// New allocates a tensor of src's type and uploads src to it.
func New[T Element](b Backend, rows, cols int, src []T) (Tensor, error) {
	t, err := b.Alloc(dtypeOf[T](), rows, cols)
	if err != nil {
		return Tensor{}, err
	}
	return t, Upload(b, t, src)
}

func mustHold[T Element](t Tensor, n int) {
	if t.DType != dtypeOf[T]() {
		panic("backend: copy between a tensor and a slice of another type")
	}
	if t.Len() != n {
		panic("backend: copy between a tensor and a slice of another length")
	}
}

func dtypeOf[T Element]() DType {
	var zero T
	switch any(zero).(type) {
	case uint8:
		return Uint8
	case int32:
		return Int32
	case float32:
		return Float32
	default:
		return Float64
	}
}

// Bytes returns the memory of s as bytes, in the host's byte order.
func Bytes[T Element](s []T) []byte {
	var zero T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(zero)))
}
