// The cross-entropy of a row, and the tally of all rows.

#ifndef CROSS_ENTROPY_CUH
#define CROSS_ENTROPY_CUH

#include "common.cuh"

// The largest number of classes where a thread keeps a number for each in registers, or
// a block in shared memory: the compiler has to know it.
HOST_CONSTANT int max_classes = 16;

// A row's largest logit and its column: the first of equal ones. A NaN is never the
// largest; a row without a logit above -INFINITY has its largest nowhere.
struct Peak {
	float value;
	int col;
};

constexpr int nowhere = 0x7fffffff;

// row_peak finds the peak of z[0..classes) with one warp and returns it to each lane.
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

// Count is what rows add to the tally.
struct Count {
	double loss;
	int hits;
};

// row_cross_entropy takes one row of logits with one warp. It writes the row of
// dlogits, unless that is null, and returns the row's count to lane 0 and a zero count
// to the others. If the label is not a class, the loss is NaN.
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

// block_count returns the sum of the counts of a block's threads to each of them.
template <int threads>
__device__ inline Count block_count(Count count) {
	return {block_sum<threads>(count.loss), block_sum<threads>(count.hits)};
}

// Counts are where blocks store their counts, and where they count how many blocks have
// finished.
struct Counts {
	double *loss;
	int *hits;
	unsigned *finished;
};

// tally_blocks adds the counts of all blocks to *loss and *hits. Each block passes its
// own; the last to finish adds them up in the order of the blocks, so the order in
// which they finish does not matter.
template <int threads>
__device__ inline void tally_blocks(double *loss, int *hits, Counts blocks, Count count) {
	if (threadIdx.x == 0) {
		blocks.loss[blockIdx.x] = count.loss;
		blocks.hits[blockIdx.x] = count.hits;
	}
	if (!last_to_finish(blocks.finished))
		return;
	count = {0, 0};
	for (int i = threadIdx.x; i < gridDim.x; i += threads) {
		count.loss += blocks.loss[i];
		count.hits += blocks.hits[i];
	}
	count = block_count<threads>(count);
	if (threadIdx.x == 0) {
		*loss += count.loss;
		*hits += count.hits;
	}
}

#endif
