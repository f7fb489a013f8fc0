package backendtest

import "mnistgpu/internal/backend"

// Reference is the backend that defines what every verb means: plain float64 loops,
// nothing fused and nothing clever. The elements of all tensors are held as float64, and
// those of Float32 are rounded only by Download. The zero Reference is ready to use.
type Reference struct{}

// OpenReference returns a new Reference. It never fails.
func OpenReference() (backend.Backend, error) { return new(Reference), nil }

// Name returns "reference".
func (*Reference) Name() string { return "reference" }

// Device describes the loops.
func (*Reference) Device() string { return "plain float64 loops" }

// ChunkRows returns 1024, which makes no difference to the loops.
func (*Reference) ChunkRows() int { return 1024 }

// Values returns the elements of a tensor, row by row; those of Float32 are at full
// precision. They are the tensor's own memory: writing to them writes to the tensor.
func (*Reference) Values(t backend.Tensor) []float64 { return view(t).values }

// memory is what the Buffer of a Reference's tensor points to: its elements, of
// whatever type.
type memory []float64

// Alloc returns a zeroed tensor. It never fails.
func (*Reference) Alloc(dt backend.DType, rows, cols int) (backend.Tensor, error) {
	return newTensor(dt, rows, cols), nil
}

func newTensor(dt backend.DType, rows, cols int) backend.Tensor {
	m := make(memory, rows*cols)
	return backend.Tensor{Buffer: &m, DType: dt, Rows: rows, Cols: cols}
}

// Upload copies src to dst; a float32 becomes the float64 of the same value.
func (*Reference) Upload(dst backend.Tensor, src []byte) error {
	mustFit(dst, src)
	copy(view(dst).values, dst.DType.Decode(src))
	return nil
}

// Download copies src to dst; a Float32 element is rounded to the nearest.
func (*Reference) Download(dst []byte, src backend.Tensor) error {
	mustFit(src, dst)
	copy(dst, src.DType.Encode(view(src).values))
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
