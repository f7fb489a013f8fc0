// Kernels with one bug each, for the tools of compute-sanitizer to find. What they
// do without a tool is harmless on a GPU.

#ifdef __CUDACC__
#define KERNEL(name, params) extern "C" __global__ void name params
#else
#include "device.h"
#endif

// seeded_memcheck writes the element after the last of n.
KERNEL(seeded_memcheck, (float *x, int n)) {
	x[n] = 1;
}

// seeded_initcheck reads memory that nobody wrote.
KERNEL(seeded_initcheck, (float *out, const float *unwritten)) {
	out[threadIdx.x] = unwritten[threadIdx.x];
}

// seeded_racecheck has each thread read what a thread of another warp writes, without a
// barrier in between.
KERNEL(seeded_racecheck, (float *out)) {
	__shared__ float cells[64];
	cells[threadIdx.x] = threadIdx.x;
	out[threadIdx.x] = cells[(threadIdx.x + 32) % 64];
}

// seeded_synccheck has half of a warp wait for the block, while the other half does
// not.
KERNEL(seeded_synccheck, (float *out)) {
	if (threadIdx.x % 32 < 16)
		__syncthreads();
	out[threadIdx.x] = 1;
}
