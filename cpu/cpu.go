// Package cpu is the backend that runs everywhere. It leaves out what is zero:
// four of five pixels of an image, and the gradients of images that are
// classified with certainty.
//
// The products are those of package kernel, in assembly or in plain Go. Those of
// a BLAS, gonum's or OpenBLAS, can be chosen to compare speed and results;
// nothing else depends on them.
//
// A result depends on the inputs and the kernels alone, not on the number of
// threads: each element of a result is formed by one thread, in one order.
// OpenBLAS alone does not promise that.
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
}

// Name returns "cpu".
func (*Backend) Name() string { return "cpu" }

// Device names the architecture, the number of threads and what multiplies.
func (b *Backend) Device() string {
	name := b.Multiplier()
	if b.core != "" {
		name += " " + b.core
	}
	return fmt.Sprintf("%s, %d threads, %s", runtime.GOARCH, b.threads, name)
}

// ChunkRows returns the number of rows whose activations stay in the cache.
func (*Backend) ChunkRows() int { return chunkRows }

// Sync returns at once: Replay computes before it returns.
func (*Backend) Sync() error { return nil }

// Close ends the threads and drops the memory.
func (b *Backend) Close() error {
	b.pool.close()
	*b = Backend{pool: newPool(1)}
	return nil
}
