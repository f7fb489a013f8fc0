// Softmax, cross-entropy, its gradient, and the count of right answers.

#include "common.cuh"

constexpr int cross_entropy_warps = 8;
constexpr int cross_entropy_threads = cross_entropy_warps * warp_size;

// A row's largest logit and where it stands: the first of equal ones. A NaN is
// never the largest, and a row of nothing else has its largest nowhere.
struct Peak {
	float value;
	int col;
};

constexpr int nowhere = 0x7fffffff;

// row_peak finds the peak of z[0..classes) with one warp, for each lane.
__device__ inline Peak row_peak(const float *z, int classes) {
	Peak peak = {-INFINITY, nowhere};
	for (int j = threadIdx.x % warp_size; j < classes; j += warp_size)
		if (z[j] > peak.value)
			peak = {z[j], j};
	for (int lanes = warp_size / 2; lanes > 0; lanes /= 2) {
		const float value = __shfl_xor_sync(all_lanes, peak.value, lanes);
		const int col = __shfl_xor_sync(all_lanes, peak.col, lanes);
		if (value > peak.value || (value == peak.value && col < peak.col))
			peak = {value, col};
	}
	return peak;
}

// exp_sum returns Σⱼ exp(z[j] - top) with one warp, to each lane.
__device__ inline float exp_sum(const float *z, int classes, float top) {
	float sum = 0;
	for (int j = threadIdx.x % warp_size; j < classes; j += warp_size)
		sum += expf(z[j] - top);
	return warp_sum(sum);
}

// last_to_finish is true in every thread of the block that comes to it last. It
// leaves *finished as it was, at zero. What all blocks wrote before is then seen.
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

// Count is what rows add to the tally.
struct Count {
	double loss;
	int hits;
};

// row_cross_entropy takes one row of logits with one warp. It writes the row of
// dlogits, unless that is null, and returns the row's count to lane 0 and a zero
// count to the others. A label that is no class has the loss NaN.
__device__ inline Count row_cross_entropy(float *dz, const float *z, int label, int classes, float scale) {
	const int lane = threadIdx.x % warp_size;
	const Peak peak = row_peak(z, classes);
	const float sum = exp_sum(z, classes, peak.value);
	if (dz)
		for (int j = lane; j < classes; j += warp_size)
			dz[j] = scale * (expf(z[j] - peak.value) / sum - (j == label));
	if (lane > 0)
		return {0, 0};
	const float loss = label < classes ? logf(sum) + (peak.value - z[label]) : NAN;
	return {loss, peak.col == label};
}

// block_count returns the sum of the block's counts to each thread.
__device__ inline Count block_count(Count count) {
	return {block_sum<cross_entropy_threads>(count.loss), block_sum<cross_entropy_threads>(count.hits)};
}

// cross_entropy takes p = softmax(logits) row by row and computes
//
//	loss[step] += Σᵢ -ln p[i][label(i)]
//	hits[step] += the number of rows whose largest logit is label(i)
//	dlogits = scale · (p - onehot(label)), unless dlogits is null
//
// with label(i) = labels[order[cursor+offset+i]]. The blocks leave their counts
// in block_loss and block_hits; the last one adds them in the order of the
// blocks, so the order in which they finish does not show.
//
// Shapes: loss and hits (T, 1), step (1, 1), dlogits and logits (B, classes),
// labels (N, 1), order (M, 1), cursor (1, 1), block_loss and block_hits one a
// block, finished one, zero between calls.
// Grid: ⌈B/8⌉ blocks of 256 threads, one warp a row.
KERNEL(cross_entropy, (double *loss, int *hits, float *dlogits, double *block_loss, int *block_hits,
                       unsigned *finished, const int *step, const float *logits, const byte *labels,
                       const int *order, const int *cursor, int offset, int rows, int classes, float scale)) {
	const int row = blockIdx.x * cross_entropy_warps + threadIdx.x / warp_size;
	Count count = {0, 0};
	if (row < rows) {
		const size_t first = (size_t)row * classes;
		const int label = labels[order[*cursor + offset + row]];
		count = row_cross_entropy(dlogits ? dlogits + first : nullptr, logits + first, label, classes, scale);
	}
	count = block_count(count);
	if (threadIdx.x == 0) {
		block_loss[blockIdx.x] = count.loss;
		block_hits[blockIdx.x] = count.hits;
	}
	if (!last_to_finish(finished))
		return;

	count = {0, 0};
	for (int i = threadIdx.x; i < gridDim.x; i += cross_entropy_threads) {
		count.loss += block_loss[i];
		count.hits += block_hits[i];
	}
	count = block_count(count);
	if (threadIdx.x == 0) {
		loss[*step] += count.loss;
		hits[*step] += count.hits;
	}
}
