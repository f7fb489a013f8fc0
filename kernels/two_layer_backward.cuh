// Back through both layers, with the update of the block's part of them.

#ifndef TWO_LAYER_BACKWARD_CUH
#define TWO_LAYER_BACKWARD_CUH

#include "two_layer_forward.cuh"

// back_to_hidden computes dz = (dlogits·w2ᵀ) ⊙ ReLU'(h), and leaves h (rows, units) and
// dlogits (rows, max_classes) in scratch for the last layer's gradient.
template <int units>
__device__ inline void back_to_hidden(const Slice<units> &s, const Net &n, const Own<units> &own) {
	const int row = own.row();
	if (row >= n.rows)
		return;
	float *h = (float *)s.scratch + row * units + own.first();
	float *dlogits = (float *)s.scratch + n.rows * units + row * max_classes;
	float d[max_classes], sum[own.count] = {};
#pragma unroll
	for (int c = 0; c < max_classes; c++)
		d[c] = c < n.classes ? __ldcg(n.exchange->dlogits + row * n.classes + c) : 0;
#pragma unroll
	for (int c = 0; c < max_classes; c++) {
		for (int j = 0; j < own.count; j++)
			sum[j] += d[c] * s.w2[(own.first() + j) * max_classes + c];
		if (c % row_threads == threadIdx.x % row_threads)
			dlogits[c] = d[c];
	}
	float *dz = (float *)s.dz + row * units + own.first();
	for (int j = 0; j < own.count; j++) {
		h[j] = own.h[j];
		dz[j] = own.h[j] > 0 ? sum[j] : 0;
	}
}

// last_layer updates w2, b1 and b2 with four threads for each number, each of which
// takes every fourth row.
__device__ __noinline__ void last_layer(float *w2, float *b1, float *b2, const float *h, const float *dz,
                                        int units, int rows, int classes, float rate, float l2) {
	const float *dlogits = h + rows * units;
	const int weights = units * classes, numbers = weights + units + classes;
#pragma unroll 1
	for (int first = 0; first < numbers; first += two_layer_rows) {
		if (first + threadIdx.x / warp_size * (warp_size / row_threads) >= numbers)
			return;
		const int i = first + threadIdx.x / row_threads;
		const int unit = i < weights ? i / classes : i - weights;
		const int c = i < weights ? i % classes : i - weights - units;
		float sum = 0;
#pragma unroll 4
		for (int row = threadIdx.x % row_threads; row < rows; row += row_threads)
			if (i < weights)
				sum += h[row * units + unit] * dlogits[row * max_classes + c];
			else if (i < weights + units)
				sum += dz[row * units + unit];
			else if (i < numbers)
				sum += dlogits[row * max_classes + c];
		for (int lanes = 1; lanes < row_threads; lanes *= 2)
			sum += __shfl_xor_sync(all_lanes, sum, lanes);
		if (i >= numbers || threadIdx.x % row_threads > 0)
			continue;
		if (i < weights) {
			float *w = w2 + unit * max_classes + c;
			*w -= rate * (sum + l2 * *w);
		} else if (i < weights + units)
			b1[unit] -= rate * sum;
		else
			b2[c] -= rate * sum;
	}
}

// The first layer's gradient: a warp has 16 words, with two lanes for each, one of
// which takes 16 rows and the other the next 16.
constexpr int warp_words = warp_size / 2;

// first_layer_warps returns how many warps compute that gradient. At least two are left
// to fetch the next images.
__device__ inline int first_layer_warps(int in) {
	return min((in / 4 + warp_words - 1) / warp_words, two_layer_warps - 2);
}

// word_gradient computes g[k][u] = Σᵢ pixel k of the word in row i · dz[i][u] over the
// lane's rows. Rows in which all of the warp's words are zero are skipped.
template <int units>
__device__ inline void word_gradient(float (&g)[4][units], const Slice<units> &s, const Net &n, int word) {
	const int first = threadIdx.x % warp_size / warp_words * warp_words, stride = stride_of(n.in);
	const int end = word < n.in / 4 ? n.rows : 0;
	const unsigned bits = exponent_bits(n.in);
#pragma unroll 1
	for (int base = 0; base < n.rows; base += warp_size)
#pragma unroll 1
		for (int i = base; i < min(base + warp_words, n.rows); i++) {
			const int row = first + i;
			const unsigned pixels = row < end ? s.images[row * stride + word] : 0;
			if (!__any_sync(all_lanes, pixels != 0))
				continue;
			float d[units];
#pragma unroll
			for (int h = 0; h < units / 4; h++) {
				const float4 v = s.dz[min(row, n.rows - 1) * (units / 4) + h];
				d[4 * h] = v.x, d[4 * h + 1] = v.y, d[4 * h + 2] = v.z, d[4 * h + 3] = v.w;
			}
#pragma unroll
			for (int k = 0; k < 4; k++) {
				const float x = pixel(pixels, k, bits);
#pragma unroll
				for (int u = 0; u < units; u++)
					g[k][u] += x * d[u];
			}
		}
}

// first_layer_sgd computes w1 -= rate·(imagesᵀ·dz + l2·w1) with `warps` of the block's
// warps, of which this is number `warp`. The two lanes of a word add their sums and
// update two of its pixels each.
template <int units>
__device__ inline void first_layer_sgd(const Slice<units> &s, const Net &n, float rate, int warp, int warps) {
	const int lane = threadIdx.x % warp_size, words = n.in / 4;
	const bool high = lane >= warp_words;
#pragma unroll 1
	for (int first = warp * warp_words; first < words; first += warps * warp_words) {
		const int word = first + lane % warp_words;
		float g[4][units] = {};
		word_gradient<units>(g, s, n, word);
#pragma unroll
		for (int k = 0; k < 2; k++)
#pragma unroll
			for (int h = 0; h < units / 4; h++) {
				float sum[4];
#pragma unroll
				for (int j = 0; j < 4; j++) {
					const float low = g[k][4 * h + j], top = g[k + 2][4 * h + j];
					sum[j] = n.pixel_scale * ((high ? top : low) + __shfl_xor_sync(all_lanes, high ? low : top, warp_words));
				}
				if (word >= words)
					continue;
				float4 *w = s.w1 + s.chunk(high ? k + 2 : k, h) * words + word;
				*w = make_float4(w->x - rate * (sum[0] + n.l2 * w->x), w->y - rate * (sum[1] + n.l2 * w->y),
				                 w->z - rate * (sum[2] + n.l2 * w->z), w->w - rate * (sum[3] + n.l2 * w->w));
			}
	}
}

#endif
