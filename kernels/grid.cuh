// A barrier for all blocks of a cooperative launch.

#ifndef GRID_CUH
#define GRID_CUH

#include "common.cuh"

// A Gate opens when every block has arrived there once more. It is zero between
// launches.
struct Gate {
	unsigned arrived;
	unsigned left;
};

// arrive signals that the block has written what the others wait for.
__device__ inline void arrive(Gate *gate) {
	__syncthreads();
	if (threadIdx.x == 0) {
		__threadfence();
		atomicAdd(&gate->arrived, 1u);
	}
}

// pass waits until every block has arrived `times` times. What they wrote before is
// then visible, but the L1 cache may still hold old values: it has to be read with
// __ldcg.
__device__ inline void pass(Gate *gate, unsigned times) {
	if (threadIdx.x == 0) {
		while (*(volatile unsigned *)&gate->arrived < times * gridDim.x)
			__nanosleep(20);
		__threadfence();
	}
	__syncthreads();
}

// leave returns true to one thread of the grid, in the last block to leave. A block
// leaves when it needs nothing more from the others. The gate is then zero again.
__device__ inline bool leave(Gate *gate) {
	__syncthreads();
	if (threadIdx.x > 0)
		return false;
	__threadfence();
	if (atomicAdd(&gate->left, 1u) < gridDim.x - 1)
		return false;
	__threadfence(); // the others have read arrived for the last time before this
	gate->arrived = gate->left = 0;
	return true;
}

#endif
