package backendtest

import (
	"encoding/binary"
	"math"

	"mnistgpu/internal/backend"
)

// Reference is the backend that defines what every verb means: plain float64 loops,
// nothing fused and nothing clever. The elements of a Float32 tensor are held as
// float64 and rounded only by Download. The zero Reference is ready to use.
type Reference struct{}

// OpenReference returns a new Reference. It never fails.
func OpenReference() (backend.Backend, error) { return new(Reference), nil }

// Name returns "reference".
func (*Reference) Name() string { return "reference" }

// Device describes the loops.
func (*Reference) Device() string { return "plain float64 loops" }

// ChunkRows returns 1024, which makes no difference to the loops.
func (*Reference) ChunkRows() int { return 1024 }

// Values returns the elements of a Float32 or Float64 tensor, row by row, at full
// precision. They are the tensor's own memory: writing to them writes to the tensor.
func (*Reference) Values(t backend.Tensor) []float64 { return t.Buffer.(*memory).floats }

// memory is what the Buffer of a Reference's tensor points to. Only the slice
// for the tensor's type is used.
type memory struct {
	bytes  []uint8
	ints   []int32
	floats []float64 // of Float32 and Float64 tensors
}

// Alloc returns a zeroed tensor. It never fails.
func (*Reference) Alloc(dt backend.DType, rows, cols int) (backend.Tensor, error) {
	return newTensor(dt, rows, cols), nil
}

func newTensor(dt backend.DType, rows, cols int) backend.Tensor {
	m := new(memory)
	switch dt {
	case backend.Uint8:
		m.bytes = make([]uint8, rows*cols)
	case backend.Int32:
		m.ints = make([]int32, rows*cols)
	case backend.Float32, backend.Float64:
		m.floats = make([]float64, rows*cols)
	default:
		panic("backendtest: tensor of an unknown DType")
	}
	return backend.Tensor{Buffer: m, DType: dt, Rows: rows, Cols: cols}
}

// Upload copies src to dst; a float32 becomes the float64 of the same value.
func (*Reference) Upload(dst backend.Tensor, src []byte) error {
	mustFit(dst, src)
	m, order := dst.Buffer.(*memory), binary.NativeEndian
	for i := range dst.Len() {
		switch dst.DType {
		case backend.Uint8:
			m.bytes[i] = src[i]
		case backend.Int32:
			m.ints[i] = int32(order.Uint32(src[4*i:]))
		case backend.Float32:
			m.floats[i] = float64(math.Float32frombits(order.Uint32(src[4*i:])))
		case backend.Float64:
			m.floats[i] = math.Float64frombits(order.Uint64(src[8*i:]))
		}
	}
	return nil
}

// Download copies src to dst; a Float32 element is rounded to the nearest.
func (*Reference) Download(dst []byte, src backend.Tensor) error {
	mustFit(src, dst)
	m, order := src.Buffer.(*memory), binary.NativeEndian
	for i := range src.Len() {
		switch src.DType {
		case backend.Uint8:
			dst[i] = m.bytes[i]
		case backend.Int32:
			order.PutUint32(dst[4*i:], uint32(m.ints[i]))
		case backend.Float32:
			order.PutUint32(dst[4*i:], math.Float32bits(float32(m.floats[i])))
		case backend.Float64:
			order.PutUint64(dst[8*i:], math.Float64bits(m.floats[i]))
		}
	}
	return nil
}

func mustFit(t backend.Tensor, host []byte) {
	if len(host) != t.Bytes() {
		panic("backendtest: copy between a tensor and bytes of another length")
	}
}

// Capture records the verbs that step calls.
func (*Reference) Capture(step func(backend.Ops)) (backend.Graph, error) {
	r := &recorder{eager: loops{}}
	step(backend.Checked(r))
	return r, nil
}

// Sync has nothing to wait for: Replay returns when everything is computed.
func (*Reference) Sync() error { return nil }

// Close frees nothing: the memory is Go's.
func (*Reference) Close() error { return nil }
