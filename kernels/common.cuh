// Definitions that all kernels share.
//
// A kernel's outputs come first, then its inputs, then sizes and scalars.
// Matrices are row-major. All reductions run in a fixed order, so the same
// inputs give the same bits.

#ifndef COMMON_CUH
#define COMMON_CUH

#include <math.h>

#ifdef __CUDACC__
// The name is not mangled, so that the host can look it up. Launch bounds may follow
// the parameters.
#define KERNEL(name, params, ...) extern "C" __global__ void __VA_ARGS__ name params

// DYNAMIC_SHARED names the shared memory whose size the launch gives.
#define DYNAMIC_SHARED(type, name) extern __shared__ __align__(16) type name[]

// HOST_CONSTANT starts the definition of a constant that the host must know too. Its
// name, not mangled, and its value are in the PTX, where a test compares them with Go's.
#define HOST_CONSTANT extern "C" __device__ constexpr
#else
// A host compiler gets CUDA's language, and these three, from the simulated device.
#include "device.h"
#endif

typedef unsigned char byte;

HOST_CONSTANT int warp_size = 32;
constexpr unsigned all_lanes = 0xffffffffu;

// is_power_of_two reports whether n numbers can be added up as a tree, in which half of
// them are added to the other half.
__device__ constexpr bool is_power_of_two(int n) { return n > 0 && (n & (n - 1)) == 0; }

// Four neighbouring elements of an array. A kernel that works element by element
// gives each thread four, since memory is fastest in words of 16 bytes.
struct Four {
	float v[4];
};

HOST_CONSTANT int elements_per_thread = sizeof(Four) / sizeof(float);

// first_of_four is the index of the first element of this thread's four.
__device__ inline unsigned first_of_four() {
	return 4 * (blockIdx.x * blockDim.x + threadIdx.x);
}

// load returns the four elements of p from i on, with 0 for those past its n elements.
// The array starts at a multiple of 16 bytes, and i is a multiple of 4.
__device__ inline Four load(const float *p, unsigned i, unsigned n) {
	if (i + 4 <= n) {
		const float4 f = *(const float4 *)(p + i);
		return {f.x, f.y, f.z, f.w};
	}
	Four f = {};
	for (int k = 0; k < 4; k++)
		if (i + k < n)
			f.v[k] = p[i + k];
	return f;
}

// store writes the four elements of p from i on, except those past its n elements.
__device__ inline void store(float *p, unsigned i, unsigned n, Four f) {
	if (i + 4 <= n) {
		*(float4 *)(p + i) = make_float4(f.v[0], f.v[1], f.v[2], f.v[3]);
		return;
	}
	for (int k = 0; k < 4; k++)
		if (i + k < n)
			p[i + k] = f.v[k];
}

// warp_sum returns the sum over the warp's lanes to each of them.
__device__ inline float warp_sum(float v) {
	for (int lanes = warp_size / 2; lanes > 0; lanes /= 2)
		v += __shfl_xor_sync(all_lanes, v, lanes);
	return v;
}

// block_reduce combines the v of all threads of a block with join and returns the
// result to each of them. The block has `threads` threads, a power of two. Values are
// joined in pairs, in fixed order. Each join has one room for its values in a kernel,
// which is free again when the function returns.
template <int threads, typename T, typename F>
__device__ inline T block_reduce(T v, F join) {
	static_assert(is_power_of_two(threads));
	__shared__ T values[threads];
	values[threadIdx.x] = v;
	for (int half = threads / 2; half > 0; half /= 2) {
		__syncthreads();
		if (threadIdx.x < half)
			values[threadIdx.x] = join(values[threadIdx.x], values[threadIdx.x + half]);
	}
	__syncthreads();
	v = values[0];
	__syncthreads();
	return v;
}

// block_sum returns the sum of v over a block to each of its threads.
template <int threads, typename T>
__device__ inline T block_sum(T v) {
	return block_reduce<threads>(v, [](T a, T b) { return a + b; });
}

// last_to_finish returns true to every thread of the block that calls it last. This
// block then sees what all blocks wrote before. It leaves *finished at zero, as it was.
__device__ inline bool last_to_finish(unsigned *finished) {
	__shared__ bool last;
	__threadfence();
	__syncthreads();
	if (threadIdx.x == 0) {
		last = atomicAdd(finished, 1u) == gridDim.x - 1;
		if (last)
			*finished = 0;
	}
	__syncthreads();
	__threadfence();
	return last;
}

#endif
