// Package cpu is the backend that runs everywhere. It skips zeros: four out of five
// pixels of an image, and the gradients of images that are classified with certainty.
//
// Package kernel computes the products, in assembly or in plain Go. A dense BLAS,
// gonum's or another one, can be chosen instead, to compare results and speed; nothing
// else depends on it.
//
// A result depends only on the inputs and the kernels, not on the number of threads:
// each element of a result is computed by one thread, in a fixed order. A BLAS with
// threads of its own need not promise that.
package cpu

import (
	"fmt"
	"runtime"
)

// chunkRows is a compromise: more rows share the cost of going through the
// weights once, and fewer keep their activations in the cache.
const chunkRows = 256

// Backend computes on the host's processor.
type Backend struct {
	multiplier
	threads int
	pool    *pool
	scratch scratch
	held    float64 // bytes of the float32 tensors so far
}

// Name returns "cpu".
func (*Backend) Name() string { return "cpu" }

// Device names the architecture, the number of threads and the kernels or the BLAS.
func (b *Backend) Device() string {
	return fmt.Sprintf("%s, %d threads, %s", runtime.GOARCH, b.threads, b.name)
}

// ChunkRows returns the number of rows whose activations stay in the cache.
func (*Backend) ChunkRows() int { return chunkRows }

// Sync returns at once: Replay computes before it returns.
func (*Backend) Sync() error { return nil }

// Close stops the threads and releases the memory.
func (b *Backend) Close() error {
	b.pool.close()
	*b = Backend{pool: newPool(1)}
	return nil
}
