// Package kernels holds the CUDA kernels of the project: everything in a
// training step that is not a matrix product, and whole steps of small batches.
//
// One .cu file holds one subject. A kernel has the name of its Go verb in snake case,
// and its comment gives the formula, the shapes and the grid. The sources compile with
// nvcc for a GPU, and with a host compiler for the simulated device of the tests.
package kernels

import _ "embed"

// PTX is kernels.cu compiled for compute_75. A driver compiles it for its GPU, which
// may have any compute capability from 7.5 on. "make kernels" writes it.
//
//go:embed kernels.ptx
var PTX string

// SM90 is PTX compiled for compute capability 9.0, that of H100 and H200: a driver
// loads it as it is. For other GPUs the driver compiles PTX and caches the result in
// ~/.nv/ComputeCache, so that only a machine's first run waits for it. "make kernels"
// writes it.
//
//go:embed sm_90.cubin
var SM90 string
