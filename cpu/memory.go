package cpu

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"

	"mnistgpu/cpu/internal/kernel"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/machine"
)

// memory is what a tensor's Buffer points to, except for Float32, where that is a
// kernel.Matrix.
type memory[T backend.Element] struct{ elements []T }

// Alloc returns a zeroed tensor, whose memory the garbage collector frees. If there is
// too little memory, it returns an error, where Go itself would end the process.
func (b *Backend) Alloc(dt backend.DType, rows, cols int) (backend.Tensor, error) {
	t := backend.Tensor{DType: dt, Rows: rows, Cols: cols}
	if err := b.fits(t); err != nil {
		return backend.Tensor{}, err
	}
	switch dt {
	case backend.Uint8:
		t.Buffer = &memory[uint8]{make([]uint8, t.Len())}
	case backend.Int32:
		t.Buffer = &memory[int32]{make([]int32, t.Len())}
	case backend.Float32:
		m := kernel.NewMatrix(rows, cols, b.panelWidth(cols))
		t.Buffer = &m
	case backend.Float64:
		t.Buffer = &memory[float64]{make([]float64, t.Len())}
	default:
		panic("cpu: Alloc of an unknown DType")
	}
	return t, nil
}

// copies is how often saving needs the numbers of all tensors of floats besides these: once
// when it collects them, and once as bytes of a file.
const copies = 2

// fits returns an error that wraps [backend.ErrOutOfMemory] if there is no room for t, and for
// saving what the backend then holds.
func (b *Backend) fits(t backend.Tensor) error {
	need := float64(t.Rows) * float64(t.Cols) * float64(t.DType.Size()) // may be more than an int holds
	held := b.held
	if t.DType == backend.Float32 {
		held += need
	}
	saving := copies * held
	free := math.Inf(1)
	if need+saving >= machine.Little {
		if free = machine.FreeMemory(); need+saving > free {
			runtime.GC()
			free = machine.FreeMemory()
		}
	}
	if need+saving > free {
		const mebi = 1 << 20
		return fmt.Errorf("Alloc: %.1f MiB needed for %v and %.1f MiB for saving, and %.1f MiB free: %w",
			need/mebi, t, saving/mebi, max(0, free/mebi), backend.ErrOutOfMemory)
	}
	b.held = held
	return nil
}

// LimitMemory makes the garbage collector work harder before memory ends, by a limit that it
// takes from what the machine, the container and ulimit -v leave, unless GOMEMLIMIT sets one.
func LimitMemory() {
	if free := machine.FreeMemory(); os.Getenv("GOMEMLIMIT") == "" && !math.IsInf(free, 1) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		debug.SetMemoryLimit(int64(m.Sys-m.HeapReleased) + int64(max(0, free)))
	}
}

// Upload copies src to dst.
func (*Backend) Upload(dst backend.Tensor, src []byte) error {
	if len(src) != dst.Bytes() {
		panic("cpu: Upload of another length than the tensor's")
	}
	pieces(dst, func(to []byte) { src = src[copy(to, src):] })
	return nil
}

// Download copies src to dst.
func (*Backend) Download(dst []byte, src backend.Tensor) error {
	if len(dst) != src.Bytes() {
		panic("cpu: Download of another length than the tensor's")
	}
	pieces(src, func(from []byte) { dst = dst[copy(dst, from):] })
	return nil
}

// panelWidth is the width of the panels that a matrix is stored in.
func (b *Backend) panelWidth(cols int) int {
	if b.blas != nil {
		return cols // a BLAS wants matrices row by row
	}
	return kernel.Width
}

// pieces calls f with the bytes of t, in order, piece by piece.
func pieces(t backend.Tensor, f func(piece []byte)) {
	switch t.DType {
	case backend.Uint8:
		f(data[uint8](t))
	case backend.Int32:
		f(backend.Bytes(data[int32](t)))
	case backend.Float32:
		m := matrix(t)
		for i := range m.Rows {
			for p := range m.Panels() {
				f(backend.Bytes(m.Piece(i, p)))
			}
		}
	case backend.Float64:
		f(backend.Bytes(data[float64](t)))
	default:
		panic("cpu: tensor of an unknown DType")
	}
}

// data returns the elements of t, which is not Float32, in the same memory.
func data[T backend.Element](t backend.Tensor) []T {
	return t.Buffer.(*memory[T]).elements[:t.Len()]
}

// matrix returns the elements of t, which is Float32, in the same memory.
func matrix(t backend.Tensor) kernel.Matrix {
	m := *t.Buffer.(*kernel.Matrix)
	m.Rows, m.Cols = t.Rows, t.Cols
	return m
}
