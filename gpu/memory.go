//go:build cuda && linux

package gpu

import (
	"errors"
	"fmt"
	"math"

	"mnistgpu/gpu/driver"
	"mnistgpu/internal/backend"
)

// Alloc returns a zeroed tensor. A tensor has at most 2³¹-1 elements, so that
// kernels can count them in an int.
func (b *Backend) Alloc(dt backend.DType, rows, cols int) (backend.Tensor, error) {
	if rows <= 0 || cols <= 0 {
		panic("gpu: Alloc of an empty tensor")
	}
	if b.err != nil {
		return backend.Tensor{}, b.err
	}
	t := backend.Tensor{DType: dt, Rows: rows, Cols: cols}
	if rows > math.MaxInt32/cols {
		return backend.Tensor{}, b.fail("Alloc", fmt.Errorf("%w: a tensor has at most %d elements, not %v",
			backend.ErrOutOfMemory, math.MaxInt32, t))
	}
	p, err := b.alloc(t.Bytes())
	if err != nil {
		return backend.Tensor{}, b.fail("Alloc", err)
	}
	t.Buffer = p
	return t, nil
}

// alloc returns n zeroed bytes.
func (b *Backend) alloc(n int) (driver.Ptr, error) {
	p, err := b.device.Alloc(n)
	if errors.Is(err, backend.ErrOutOfMemory) {
		return 0, b.shortage(n, err)
	}
	if err != nil {
		return 0, err
	}
	return p, b.device.Zero(p, n)
}

// shortage adds to err how much memory is needed, on top of what is held, and how
// much is free.
func (b *Backend) shortage(need int, err error) error {
	wanted := fmt.Sprintf("%s needed and %s held", mebibytes(int64(need)), mebibytes(b.device.Held()))
	free, total, unknown := b.device.Mem()
	if unknown != nil {
		return fmt.Errorf("%s: %w", wanted, err)
	}
	return fmt.Errorf("%s, %s of %s free: %w", wanted, mebibytes(free), mebibytes(total), err)
}

func mebibytes(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

// Upload copies src to dst and waits.
func (b *Backend) Upload(dst backend.Tensor, src []byte) error {
	if len(src) != dst.Bytes() {
		panic("gpu: Upload of another length than the tensor")
	}
	if b.err != nil {
		return b.err
	}
	return b.fail("Upload", b.device.CopyIn(address(dst), src))
}

// Download copies src to dst and waits.
func (b *Backend) Download(dst []byte, src backend.Tensor) error {
	if len(dst) != src.Bytes() {
		panic("gpu: Download of another length than the tensor")
	}
	if b.err != nil {
		return b.err
	}
	return b.fail("Download", b.device.CopyOut(dst, address(src)))
}

// address returns the address of t, or 0 for the zero Tensor.
func address(t backend.Tensor) driver.Ptr {
	if t.IsZero() {
		return 0
	}
	p, ok := t.Buffer.(driver.Ptr)
	if !ok {
		panic("gpu: a tensor of another backend")
	}
	return p
}

// A scratchBuffer is scratch memory for one purpose. All steps run one after another on
// one stream, so they share it.
type scratchBuffer struct {
	at   driver.Ptr
	size int
}

// The purposes of scratch memory.
const (
	gatheredRows   = iota // Rows as floats
	gatheredHalves        // and as float16
	splitWeights
	splitGradients
	splitScales
	blockPeaks
	weightGradient
	updateScales
	biasGradientSlabs
	blockLoss
	blockHits
	blocksFinished // zero between calls
	warmProduct
	nanBias
	stepExchange    // its first bytes are zero between calls
	scratchPurposes // how many there are
)

// reserve returns at least n bytes of scratch memory for one purpose, which are
// zero the first time. A buffer that is too small is replaced, but not freed:
// steps recorded earlier still use it.
func (b *Backend) reserve(purpose, n int) (driver.Ptr, error) {
	buffer := &b.scratch[purpose]
	if n <= buffer.size {
		return buffer.at, nil
	}
	at, err := b.alloc(n)
	if err != nil {
		return 0, err
	}
	*buffer = scratchBuffer{at, n}
	return at, nil
}
