// Products of bytes and float32 numbers by tensor cores, which take float16.
//
// A byte is exactly a float16 number. A float32 number v is close to the sum of two, if
// a power of two s brings it into their range:
//
//	s·v = high + low/2^11
//
// to within 2^-23·|s·v| or 2^-36, whichever is larger. So the product of x and v is a
// product with twice as many terms,
//
//	x·v = 1/s · [x/2^11 | x]·[low ; high]
//
// in which all factors are float16 numbers, and each product of two is exact. The low
// parts come first: again and again tensor cores cut off what does not fit a sum, and
// that is less while the sum is small.

#include "common.cuh"

#ifdef __CUDACC__
#include <cuda_fp16.h>
#endif

constexpr float low_factor = 2048; // 2^11

// store_halves writes four numbers as float16 to p, which is a multiple of 8 bytes.
__device__ inline void store_halves(__half *p, Four f) {
	unsigned short bits[4];
	for (int k = 0; k < 4; k++)
		bits[k] = __half_as_ushort(__float2half_rn(f.v[k]));
	*(ushort4 *)p = make_ushort4(bits[0], bits[1], bits[2], bits[3]);
}

// gather_halves computes x[i] = [v/2^11 | v] with v = data[order[cursor+offset+i]].
//
// Shapes: x (B, 2·cols) of float16, data (N, cols), order (M, 1), cursor (1, 1).
// Grid: B blocks, one a row.
KERNEL(gather_halves, (__half *x, const byte *data, const int *order, const int *cursor, int offset, int cols)) {
	const size_t row = blockIdx.x;
	const size_t from = order[*cursor + offset + row];
	x += row * 2 * cols;
	data += from * cols;
	if (cols % 4 != 0) {
		for (int j = threadIdx.x; j < cols; j += blockDim.x) {
			x[j] = __float2half_rn(data[j] / low_factor);
			x[cols + j] = __float2half_rn(data[j]);
		}
		return;
	}
	// Each row starts at a multiple of four elements: four are copied at once.
	for (int j = 4 * threadIdx.x; j < cols; j += 4 * blockDim.x) {
		const uchar4 v = *(const uchar4 *)(data + j);
		store_halves(x + j, {v.x / low_factor, v.y / low_factor, v.z / low_factor, v.w / low_factor});
		store_halves(x + cols + j, {(float)v.x, (float)v.y, (float)v.z, (float)v.w});
	}
}

HOST_CONSTANT int split_threads = 256;

// The scales of two products, two numbers each, and the scale of the split numbers.
HOST_CONSTANT int split_scales = 5;

// The scale brings the largest magnitude to at least 2^14 and below 2^15, half the
// range of float16. It is at most 2^100, so that its reciprocal keeps all its bits,
// also when multiplied by a learning rate.
constexpr int top_exponent = 14;
constexpr int largest_scale = 100;

// power_of_two returns 2^e, for e from -126 to 127.
__device__ inline float power_of_two(int e) { return __int_as_float((e + 127) << 23); }

// magnitude returns the bits of |v|, whose order is that of the numbers, or 0 if v is
// not finite.
__device__ inline unsigned magnitude(float v) {
	const unsigned bits = __float_as_int(v) & 0x7fffffff;
	return bits < 0x7f800000 ? bits : 0;
}

// block_max returns the largest v of a block to each of its threads.
__device__ inline unsigned block_max(unsigned v) {
	return block_reduce<split_threads>(v, [](unsigned a, unsigned b) { return max(a, b); });
}

// split_scale computes, with the scale s of the finite ones among n numbers,
//
//	scales = (factor/s, beta, factor/s, 1, s)
//
// The first two multiply a product of split numbers and what it is added to; the next
// two multiply a second product and the first one, to which it is added. Unless lr is
// null, factor is also multiplied by -lr[step]. Each block leaves its largest magnitude
// in block_peaks, and the last one takes the largest of them all, whose order does not
// matter.
//
// Shapes: scales five numbers, block_peaks one a block, finished one, zero between
// calls, v of n elements, lr (T, 1), step (1, 1).
// Grid: any number of blocks of 256 threads.
KERNEL(split_scale, (float *scales, unsigned *block_peaks, unsigned *finished, const float *v, const float *lr,
                     const int *step, int n, float factor, float beta)) {
	unsigned peak = 0;
	for (unsigned i = first_of_four(); i < n; i += 4 * split_threads * gridDim.x) {
		const Four f = load(v, i, n);
		for (int k = 0; k < 4; k++)
			peak = max(peak, magnitude(f.v[k]));
	}
	peak = block_max(peak);
	if (threadIdx.x == 0)
		block_peaks[blockIdx.x] = peak;
	if (!last_to_finish(finished))
		return;
	peak = 0;
	for (int i = threadIdx.x; i < gridDim.x; i += split_threads)
		peak = max(peak, block_peaks[i]);
	peak = block_max(peak);
	if (threadIdx.x > 0)
		return;
	const int exponent = (int)(peak >> 23) - 127;
	const int scale = min(top_exponent - exponent, largest_scale);
	scales[0] = scales[2] = (lr ? -lr[*step] * factor : factor) * power_of_two(-scale);
	scales[1] = beta;
	scales[3] = 1;
	scales[split_scales - 1] = power_of_two(scale);
}

// split_number returns high of scale·v, and low in *low. If v is not finite, low is 0.
__device__ inline float split_number(float *low, float v, float scale) {
	v *= scale;
	const float high = __half2float(__float2half_rn(v));
	const float rest = low_factor * (v - high);
	*low = rest == rest ? rest : 0;
	return high;
}

// split computes out[i] = [low | high] of v[i], with the last of the scales.
//
// Shapes: out (rows, 2·cols) of float16, v (rows, cols), scales five numbers.
// Grid: ⌈rows·cols/4⌉ threads.
KERNEL(split, (__half *out, const float *v, const float *scales, int rows, int cols)) {
	const unsigned n = (unsigned)rows * cols;
	const unsigned i = first_of_four();
	const float scale = scales[split_scales - 1];
	const Four f = load(v, i, n);
	Four high, low;
	for (int k = 0; k < 4; k++)
		high.v[k] = split_number(&low.v[k], f.v[k], scale);
	if (cols % 4 == 0 && i < n) { // all four are of one row
		out += (size_t)(i / cols) * 2 * cols + i % cols;
		store_halves(out, low);
		store_halves(out + cols, high);
		return;
	}
	for (unsigned k = 0; k < 4 && i + k < n; k++) {
		__half *at = out + (size_t)((i + k) / cols) * 2 * cols + (i + k) % cols;
		at[0] = __float2half_rn(low.v[k]);
		at[cols] = __float2half_rn(high.v[k]);
	}
}
