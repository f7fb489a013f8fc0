// The images of a step in shared memory, as bytes.

#ifndef TWO_LAYER_IMAGES_CUH
#define TWO_LAYER_IMAGES_CUH

#include "two_layer.cuh"

// pixel returns byte k of a word as a float. A float of exponent 23 with the byte in
// the lowest bits of its fraction is exactly 2²³ + byte. The bits of 2²³ are an
// argument that the compiler does not know, so that it keeps them in a register, and k
// in the instruction.
__device__ inline float pixel(unsigned word, int k, unsigned bits) {
	return __uint_as_float(__byte_perm(word, bits, 0x7650 | k)) - 8388608.0f;
}

// exponent_bits returns those bits, for a width that is a multiple of 4.
__device__ inline unsigned exponent_bits(int in) { return 0x4b000000 + in % 4; }

// A warp fetches four images at a time, up to eight words of each per lane, so that
// enough loads are under way to hide the latency of the L2 cache.
constexpr int fetched_rows = 4;
constexpr int fetched_words = 8;

// fetch_images copies the rows of `in` bytes that order lists to shared memory, with
// `warps` of the block's warps, of which this is number `warp`.
__device__ __noinline__ void fetch_images(unsigned *images, const byte *data, const int *order, int rows, int in,
                                          int warp, int warps) {
	const int lane = threadIdx.x % warp_size, words = in / 4, stride = stride_of(in);
	const int share = (rows + warps - 1) / warps;
	const int end = min((warp + 1) * share, rows);
#pragma unroll 1
	for (int base = warp * share; base < end; base += warp_size) {
		const int place = order[min(base + lane, end - 1)];
#pragma unroll 1
		for (int row = base; row < min(base + warp_size, end); row += fetched_rows) {
			const unsigned *from[fetched_rows];
			for (int r = 0; r < fetched_rows; r++)
				from[r] = (const unsigned *)data + (size_t)__shfl_sync(all_lanes, place, min(row + r, end - 1) - base) * words;
			for (int first = lane; first < words + lane; first += fetched_words * warp_size) {
				unsigned v[fetched_rows][fetched_words];
#pragma unroll
				for (int r = 0; r < fetched_rows; r++)
#pragma unroll
					for (int i = 0; i < fetched_words; i++)
						if (first + i * warp_size < words)
							v[r][i] = __ldg(from[r] + first + i * warp_size);
#pragma unroll
				for (int r = 0; r < fetched_rows; r++)
#pragma unroll
					for (int i = 0; i < fetched_words; i++)
						if (first + i * warp_size < words && row + r < end)
							images[(row + r) * stride + first + i * warp_size] = v[r][i];
			}
		}
	}
}

#endif
