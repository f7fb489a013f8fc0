// Kernels for the tests of the driver and of the simulated device.

#include "device.h"

// test_axpy computes y += a·x.
KERNEL(test_axpy, (float *y, const float *x, float a, int n)) {
	const int i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i < n)
		y[i] += a * x[i];
}

// test_block_sum computes sums[b] = Σᵢ x[i] over the elements of block b, first
// within each warp by shuffles, then over the warps. The block has up to 1024
// threads.
KERNEL(test_block_sum, (float *sums, const float *x, int n)) {
	__shared__ float warps[32];
	const int i = blockIdx.x * blockDim.x + threadIdx.x;
	float v = i < n ? x[i] : 0;
	for (int lanes = 16; lanes > 0; lanes /= 2)
		v += __shfl_down_sync(0xffffffff, v, lanes);
	if (threadIdx.x % 32 == 0)
		warps[threadIdx.x / 32] = v;
	__syncthreads();
	if (threadIdx.x > 0)
		return;
	float sum = 0;
	for (int w = 0; w < blockDim.x / 32; w++)
		sum += warps[w];
	sums[blockIdx.x] = sum;
}

// test_reverse reverses the elements of each block through shared memory whose
// size the launch gives.
KERNEL(test_reverse, (float *x)) {
	DYNAMIC_SHARED(float, block);
	float *mine = x + blockIdx.x * blockDim.x;
	block[threadIdx.x] = mine[threadIdx.x];
	__syncthreads();
	mine[threadIdx.x] = block[blockDim.x - 1 - threadIdx.x];
}

// test_ballot writes the warp's votes for odd lanes, from each lane.
KERNEL(test_ballot, (unsigned *votes)) {
	votes[threadIdx.x] = __ballot_sync(0xffffffff, threadIdx.x % 2);
}

// test_stuck has half of each warp wait for a barrier of the block and the
// other half for one of the warp.
KERNEL(test_stuck, (float *x)) {
	if (threadIdx.x % 2)
		__syncthreads();
	else
		__syncwarp();
	x[threadIdx.x] = 1;
}

// test_store writes x[i] = 1 with one thread.
KERNEL(test_store, (float *x, int i)) {
	x[i] = 1;
}

// test_store_four writes x[i] to x[i+3] as one vector, with one thread.
KERNEL(test_store_four, (float *x, int i)) {
	*(float4 *)(x + i) = make_float4(1, 2, 3, 4);
}

// test_load reads x[i] with one thread.
KERNEL(test_load, (float *out, const float *x, int i)) {
	*out = x[i];
}

// test_shared_index writes element i of a shared array of 32.
KERNEL(test_shared_index, (float *out, int i)) {
	__shared__ float cells[32];
	cells[i] = 1;
	*out = cells[i];
}

// test_halves converts x to float16, whose bits it writes, and back.
KERNEL(test_halves, (unsigned *bits, float *back, const float *x, int n)) {
	const int i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= n)
		return;
	const __half h = __float2half_rn(x[i]);
	bits[i] = __half_as_ushort(h);
	back[i] = __half2float(__ushort_as_half(__half_as_ushort(h)));
}

// test_rotate has each block write its number, wait until all have done so, and read
// that of the next block: out[b] = b + 1 modulo the number of blocks.
KERNEL(test_rotate, (unsigned *out, unsigned *numbers, unsigned *arrived)) {
	DYNAMIC_SHARED(unsigned, next);
	numbers[blockIdx.x] = blockIdx.x;
	if (threadIdx.x == 0) {
		atomicAdd(arrived, 1u);
		while (*(volatile unsigned *)arrived < gridDim.x)
			__nanosleep(20);
		*next = numbers[(blockIdx.x + 1) % gridDim.x];
	}
	__syncthreads();
	if (threadIdx.x == blockDim.x - 1)
		out[blockIdx.x] = *next;
}

// test_forever waits for *x to become 0, which nobody does.
KERNEL(test_forever, (const float *x)) {
	while (*(const volatile float *)x != 0)
		__nanosleep(20);
}
