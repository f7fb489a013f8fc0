// Forward through both layers, and the loss.

#ifndef TWO_LAYER_FORWARD_CUH
#define TWO_LAYER_FORWARD_CUH

#include "two_layer_images.cuh"

// first_layer_rows is first_layer for up to 32·tiles rows, of which a lane has every
// 32nd. A word that is zero in all rows is skipped.
template <int tiles, int units>
__device__ inline void first_layer_rows(const Slice<units> &s, const Net &n) {
	const int warp = threadIdx.x / warp_size, lane = threadIdx.x % warp_size;
	const int words = n.in / 4;
	const unsigned bits = exponent_bits(n.in);
	const unsigned *image[tiles];
#pragma unroll
	for (int i = 0; i < tiles; i++)
		image[i] = s.images + min(lane + i * warp_size, n.rows - 1) * stride_of(n.in);
	float z[tiles][units] = {};
#pragma unroll 1
	for (int w = warp; w < words; w += two_layer_warps) {
		unsigned pixels[tiles], some = 0;
#pragma unroll
		for (int i = 0; i < tiles; i++)
			some |= pixels[i] = image[i][w];
		if (!__any_sync(all_lanes, some != 0))
			continue;
#pragma unroll
		for (int k = 0; k < 4; k++) {
			float weight[units];
#pragma unroll
			for (int h = 0; h < units / 4; h++) {
				const float4 v = s.w1[s.chunk(k, h) * words + w];
				weight[4 * h] = v.x, weight[4 * h + 1] = v.y, weight[4 * h + 2] = v.z, weight[4 * h + 3] = v.w;
			}
#pragma unroll
			for (int i = 0; i < tiles; i++) {
				const float x = pixel(pixels[i], k, bits);
#pragma unroll
				for (int u = 0; u < units; u++)
					z[i][u] += x * weight[u];
			}
		}
	}
	float4 *parts = (float4 *)s.scratch + warp * (units / 4) * n.rows;
#pragma unroll
	for (int i = 0; i < tiles; i++)
#pragma unroll
		for (int h = 0; h < units / 4; h++)
			if (lane + i * warp_size < n.rows)
				parts[h * n.rows + lane + i * warp_size] =
					make_float4(z[i][4 * h], z[i][4 * h + 1], z[i][4 * h + 2], z[i][4 * h + 3]);
}

// first_layer leaves in scratch each warp's (units/4, rows) part of images·w1: its sums
// over every 16th word.
template <int units>
__device__ inline void first_layer(const Slice<units> &s, const Net &n) {
	if (n.rows <= warp_size)
		first_layer_rows<1>(s, n);
	else if (n.rows <= 2 * warp_size)
		first_layer_rows<2>(s, n);
	else
		first_layer_rows<two_layer_rows / warp_size>(s, n);
}

// Own is a thread's part of a row: a quarter of its hidden units.
template <int units>
struct Own {
	static constexpr int count = units / row_threads;
	float h[count];
	__device__ static int row() { return threadIdx.x / row_threads; }
	__device__ static int first() { return threadIdx.x % row_threads * count; }

	// idle reports whether the warp has none of that many rows.
	__device__ static bool idle(int rows) { return threadIdx.x / warp_size * (warp_size / row_threads) >= rows; }
};

// activation adds up the parts of the first layer, in the order of the warps, and
// returns h = ReLU(scale·sum + b1). ReLU keeps a NaN. Rows past the last are zero.
template <int units>
__device__ inline Own<units> activation(const Slice<units> &s, const Net &n) {
	Own<units> own = {};
	const int row = own.row();
	if (row >= n.rows)
		return own;
	for (int j = 0; j < own.count; j++) {
		const int unit = own.first() + j;
		const float *part = (const float *)s.scratch + (unit / 4 * n.rows + row) * 4 + unit % 4;
		float sum = 0;
#pragma unroll 4
		for (int warp = 0; warp < two_layer_warps; warp++, part += n.rows * units)
			sum += *part;
		own.h[j] = n.pixel_scale * sum + s.b1[unit];
		if (own.h[j] < 0)
			own.h[j] = 0;
	}
	return own;
}

// share_logits writes the block's part of the logits of all rows.
template <int units>
__device__ inline void share_logits(const Slice<units> &s, const Net &n, const Own<units> &own) {
	if (own.idle(n.rows))
		return;
	float *parts = n.exchange->logits() + ((size_t)own.row() * gridDim.x + blockIdx.x) * n.classes;
#pragma unroll
	for (int c = 0; c < max_classes; c++) {
		if (c == n.classes)
			break;
		float sum = 0;
		for (int j = 0; j < own.count; j++)
			sum += own.h[j] * s.w2[(own.first() + j) * max_classes + c];
		for (int lanes = 1; lanes < row_threads; lanes *= 2)
			sum += __shfl_xor_sync(all_lanes, sum, lanes);
		if (own.row() < n.rows && c % row_threads == threadIdx.x % row_threads)
			parts[c] = sum;
	}
}

static_assert(2 * max_classes == warp_size, "half a warp has a lane for each class");

// sum_logits returns the logits (max_classes) of a row in shared memory, for the first
// warp to read: the sum of the blocks' parts, in fixed order. Each half of a warp takes
// every 32nd block.
__device__ inline float *sum_logits(float *sums, const float *b2, Exchange *exchange, int row, int classes) {
	float *z = sums + two_layer_warps * max_classes;
	const int c = threadIdx.x % max_classes;
	const float *parts = exchange->logits() + (size_t)row * gridDim.x * classes;
	float sum = 0;
	if (c < classes)
		for (int b = threadIdx.x / max_classes; b < gridDim.x; b += two_layer_threads / max_classes)
			sum += __ldcg(parts + b * classes + c);
	sum += __shfl_xor_sync(all_lanes, sum, max_classes);
	if (threadIdx.x % warp_size < max_classes)
		sums[threadIdx.x / warp_size * max_classes + c] = sum;
	__syncthreads();
	if (threadIdx.x < max_classes) {
		sum = b2[c];
		for (int warp = 0; warp < two_layer_warps; warp++)
			sum += sums[warp * max_classes + c];
		z[c] = sum;
	}
	__syncwarp();
	return z;
}

// losses takes each of the block's rows through softmax and leaves its loss, whether it
// is a hit, and its gradient for all blocks to read. The room is a Slice's scratch.
__device__ __noinline__ void losses(float *room, const float *b2, Exchange *exchange, const byte *labels,
                                    const int *order, int rows, int classes, float scale) {
	for (int row = blockIdx.x; row < rows; row += gridDim.x) {
		const float *z = sum_logits(room, b2, exchange, row, classes);
		if (threadIdx.x < warp_size) {
			float *dz = exchange->dlogits + row * classes;
			const Count count = row_cross_entropy(dz, z, labels[order[row]], classes, scale);
			if (threadIdx.x == 0) {
				exchange->loss[row] = count.loss;
				exchange->hits[row] = count.hits;
			}
		}
		__syncthreads();
	}
}

// tally adds the counts of all rows, in fixed order, to those of the step. The first
// block's first warp does it.
__device__ __noinline__ void tally(double *loss_of_step, int *hits_of_step, const Exchange *exchange, int rows) {
	if (blockIdx.x > 0 || threadIdx.x >= warp_size)
		return;
	double loss = 0;
	int hits = 0;
	for (int row = threadIdx.x; row < rows; row += warp_size) {
		loss += __ldcg(exchange->loss + row);
		hits += __ldcg(exchange->hits + row);
	}
	for (int lanes = warp_size / 2; lanes > 0; lanes /= 2) {
		loss += __shfl_xor_sync(all_lanes, loss, lanes);
		hits += __shfl_xor_sync(all_lanes, hits, lanes);
	}
	if (threadIdx.x == 0) {
		*loss_of_step += loss;
		*hits_of_step += hits;
	}
}

#endif
