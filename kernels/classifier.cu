// The last layer of a step in two kernels, for few classes. Its products are so narrow
// that launching each of them would cost more than computing them.

#include "cross_entropy.cuh"

HOST_CONSTANT int classifier_threads = 128;
constexpr int classifier_warps = classifier_threads / warp_size;
static_assert(max_classes <= warp_size, "the first warp has a thread for each class");

// row_logits computes z[c] = Σⱼ x[j]·w[j][c] + b[c] for one row with one block. z is in
// shared memory, for the block's first warp to read.
__device__ inline void row_logits(float *z, const float *x, const float *w, const float *b, int in, int classes) {
	__shared__ float sums[classifier_warps][max_classes];
	float mine[max_classes] = {};
	for (int j = threadIdx.x; j < in; j += classifier_threads)
		for (int c = 0; c < max_classes; c++)
			if (c < classes)
				mine[c] += x[j] * w[(size_t)j * classes + c];
	for (int c = 0; c < max_classes; c++) {
		const float sum = warp_sum(mine[c]);
		if (threadIdx.x % warp_size == 0)
			sums[threadIdx.x / warp_size][c] = sum;
	}
	__syncthreads();
	if (threadIdx.x < classes) {
		float sum = 0;
		for (int warp = 0; warp < classifier_warps; warp++)
			sum += sums[warp][threadIdx.x];
		z[threadIdx.x] = sum + b[threadIdx.x];
	}
	__syncwarp();
}

// classifier takes each row of x through the last layer and back. With
// z = x·w + b, p = softmax(z) and label(i) = labels[order[cursor+offset+i]] it
// computes
//
//	loss[step] += Σᵢ -ln p[i][label(i)]
//	hits[step] += the number of rows whose largest logit is label(i)
//	dz = scale · (p - onehot(label))
//	dx = dz·wᵀ, or where relu is not 0, (dz·wᵀ) ⊙ ReLU'(x)
//
// Shapes: as for cross_entropy, including counts; dx and x (B, In), dz (B, classes),
// w (In, classes), b (1, classes), at most 16 classes.
// Grid: B blocks of 128 threads.
KERNEL(classifier, (double *loss, int *hits, float *dx, float *dz, double *block_loss, int *block_hits,
                    unsigned *finished, const int *step, const float *x, const float *w, const float *b,
                    const byte *labels, const int *order, const int *cursor, int offset, int in, int classes,
                    float scale, int relu)) {
	__shared__ float z[max_classes];
	__shared__ float gradient[max_classes];
	x += (size_t)blockIdx.x * in;
	dx += (size_t)blockIdx.x * in;
	row_logits(z, x, w, b, in, classes);
	Count count = {0, 0};
	if (threadIdx.x < warp_size) {
		const int label = labels[order[*cursor + offset + blockIdx.x]];
		count = row_cross_entropy(gradient, z, label, classes, scale);
	}
	__syncthreads();
	if (threadIdx.x < classes)
		dz[(size_t)blockIdx.x * classes + threadIdx.x] = gradient[threadIdx.x];
	for (int j = threadIdx.x; j < in; j += classifier_threads) {
		float sum = 0;
		for (int c = 0; c < classes; c++)
			sum += gradient[c] * w[(size_t)j * classes + c];
		dx[j] = relu && !(x[j] > 0) ? 0 : sum;
	}
	tally_blocks<classifier_threads>(loss + *step, hits + *step, {block_loss, block_hits, finished}, count);
}

// A block of classifier_sgd has a slab of 32 inputs, with eight threads for each, which
// take every eighth row.
HOST_CONSTANT int classifier_slab = 32;
HOST_CONSTANT int classifier_lanes = 8;
static_assert(is_power_of_two(classifier_lanes));
static_assert(max_classes <= classifier_slab, "one block has a column of threads for each class");

// lane_sum adds up all sums[lane][·] over the lanes, as a tree, and leaves the result
// in sums[0].
__device__ inline void lane_sum(float (*sums)[classifier_slab]) {
	for (int half = classifier_lanes / 2; half > 0; half /= 2) {
		__syncthreads();
		if (threadIdx.y < half)
			sums[threadIdx.y][threadIdx.x] += sums[threadIdx.y + half][threadIdx.x];
	}
	__syncthreads();
}

// bias_step computes b[col] -= rate · Σᵢ dy[i][col] with one block. The threads of one
// threadIdx.x share a column. Columns past the end are skipped.
__device__ inline void bias_step(float *b, const float *dy, float rate, int rows, int cols, int col) {
	__shared__ float sums[classifier_lanes][classifier_slab];
	float sum = 0;
	if (col < cols)
		for (int row = threadIdx.y; row < rows; row += classifier_lanes)
			sum += dy[(size_t)row * cols + col];
	sums[threadIdx.y][threadIdx.x] = sum;
	lane_sum(sums);
	if (threadIdx.y == 0 && col < cols)
		b[col] -= rate * sums[0][threadIdx.x];
}

// classifier_sgd computes, with rate = lr[step],
//
//	w -= rate · (xᵀ·dz + l2·w)
//	b[c] -= rate · Σᵢ dz[i][c]
//
// and, if the grid has blocks for it, does what bias_sgd_step does, for the layer
// below:
//
//	below[j] -= rate · Σᵢ dx[i][j]
//	scales = (-rate, 1), unless that is null
//
// Shapes: w (In, classes), b (1, classes), below (1, In), scales two numbers, x and
// dx (B, In), dz (B, classes), lr (T, 1), step (1, 1), at most 16 classes.
// Grid: ⌈In/32⌉ blocks of 32 by 8 threads, one more for b, and ⌈In/32⌉ for below.
KERNEL(classifier_sgd, (float *w, float *b, float *below, float *scales, const float *x, const float *dz,
                        const float *dx, const float *lr, const int *step, float l2, int rows, int in, int classes)) {
	__shared__ float sums[classifier_lanes][classifier_slab];
	const float rate = lr[*step];
	const int slabs = (in + classifier_slab - 1) / classifier_slab;
	if (blockIdx.x > slabs) {
		bias_step(below, dx, rate, rows, in, (blockIdx.x - slabs - 1) * classifier_slab + threadIdx.x);
		return;
	}
	if (blockIdx.x == slabs) {
		bias_step(b, dz, rate, rows, classes, threadIdx.x);
		if (scales && threadIdx.x == 0 && threadIdx.y == 0) {
			scales[0] = -rate;
			scales[1] = 1;
		}
		return;
	}
	const int j = blockIdx.x * classifier_slab + threadIdx.x;
	float mine[max_classes] = {};
	if (j < in)
		for (int row = threadIdx.y; row < rows; row += classifier_lanes)
			for (int c = 0; c < max_classes; c++)
				if (c < classes)
					mine[c] += x[(size_t)row * in + j] * dz[(size_t)row * classes + c];
	for (int c = 0; c < max_classes; c++) {
		if (c == classes)
			return;
		sums[threadIdx.y][threadIdx.x] = mine[c];
		lane_sum(sums);
		if (threadIdx.y == 0 && j < in) {
			float *p = w + (size_t)j * classes + c;
			*p -= rate * (sums[0][threadIdx.x] + l2 * *p);
		}
		__syncthreads();
	}
}
