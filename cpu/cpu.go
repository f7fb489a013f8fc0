// Package cpu is the backend that runs everywhere: gonum multiplies the
// matrices, plain loops over float32 do the rest.
//
// A result depends on the inputs alone, not on the number of threads: work is
// divided between threads by rows or by columns, and every sum is taken by one
// thread in one order.
package cpu

import (
	"fmt"
	"runtime"

	"mnistgpu/internal/backend"
)

// chunkRows is a compromise: gonum wants many rows to share between threads,
// and the activations of the rows should stay in the cache.
const chunkRows = 512

// Backend computes with gonum on the host's processor.
type Backend struct {
	// Scratch that the ops share, since only one runs at a time.
	inputs    []float32
	gradients []float32
	sums      []float32
	losses    []float64
	active    []int
}

// Open returns a backend on the host's processor. It cannot fail; the error is
// there for symmetry with other backends.
func Open() (backend.Backend, error) { return &Backend{}, nil }

// Name returns "cpu".
func (*Backend) Name() string { return "cpu" }

// Device names the architecture, the number of threads and the BLAS.
func (*Backend) Device() string {
	return fmt.Sprintf("%s, %d threads, gonum", runtime.GOARCH, runtime.GOMAXPROCS(0))
}

// ChunkRows returns the number of rows whose activations stay in the cache.
func (*Backend) ChunkRows() int { return chunkRows }

// memory is what a tensor's Buffer points to.
type memory[T backend.Element] struct{ elements []T }

// Alloc returns a zeroed tensor. Its memory is freed by the garbage collector.
func (*Backend) Alloc(dt backend.DType, rows, cols int) (backend.Tensor, error) {
	t := backend.Tensor{DType: dt, Rows: rows, Cols: cols}
	switch dt {
	case backend.Uint8:
		t.Buffer = &memory[uint8]{make([]uint8, t.Len())}
	case backend.Int32:
		t.Buffer = &memory[int32]{make([]int32, t.Len())}
	case backend.Float32:
		t.Buffer = &memory[float32]{make([]float32, t.Len())}
	case backend.Float64:
		t.Buffer = &memory[float64]{make([]float64, t.Len())}
	default:
		panic("cpu: Alloc of an unknown DType")
	}
	return t, nil
}

// Upload copies src to dst.
func (*Backend) Upload(dst backend.Tensor, src []byte) error {
	if len(src) != dst.Bytes() {
		panic("cpu: Upload of another length than the tensor's")
	}
	copy(raw(dst), src)
	return nil
}

// Download copies src to dst.
func (*Backend) Download(dst []byte, src backend.Tensor) error {
	if len(dst) != src.Bytes() {
		panic("cpu: Download of another length than the tensor's")
	}
	copy(dst, raw(src))
	return nil
}

// Sync returns at once: Replay computes before it returns.
func (*Backend) Sync() error { return nil }

// Close drops the scratch memory.
func (b *Backend) Close() error {
	*b = Backend{}
	return nil
}

// data returns the elements of t, which share the tensor's memory.
func data[T backend.Element](t backend.Tensor) []T {
	return t.Buffer.(*memory[T]).elements[:t.Len()]
}

// raw returns the bytes of t, which share the tensor's memory.
func raw(t backend.Tensor) []byte {
	switch t.DType {
	case backend.Uint8:
		return data[uint8](t)
	case backend.Int32:
		return backend.Bytes(data[int32](t))
	case backend.Float32:
		return backend.Bytes(data[float32](t))
	case backend.Float64:
		return backend.Bytes(data[float64](t))
	}
	panic("cpu: tensor of an unknown DType")
}

// grow returns a slice of n elements, s itself if it is large enough.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
