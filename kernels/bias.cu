// Gradient of a bias: sums over the columns of dy.

#include "common.cuh"

// A block sums a slab: 32 columns of some rows. Each thread adds up every 16th
// row of one column, then the block adds the 16 sums of a column as a tree.
HOST_CONSTANT int slab_cols = 32;
HOST_CONSTANT int slab_lanes = 16;
static_assert(is_power_of_two(slab_lanes));

// slab_sum returns the column sum, over the rows from `first` to before `last`,
// to the threads with threadIdx.y = 0. Columns past the end sum to 0.
__device__ inline float slab_sum(const float *dy, int first, int last, int cols, int col) {
	__shared__ float sums[slab_lanes][slab_cols];
	float sum = 0;
	if (col < cols)
		for (int row = first + threadIdx.y; row < last; row += slab_lanes)
			sum += dy[(size_t)row * cols + col];
	sums[threadIdx.y][threadIdx.x] = sum;
	for (int half = slab_lanes / 2; half > 0; half /= 2) {
		__syncthreads();
		if (threadIdx.y < half)
			sums[threadIdx.y][threadIdx.x] += sums[threadIdx.y + half][threadIdx.x];
	}
	return sums[threadIdx.y][threadIdx.x];
}

// bias_gradient computes db[s][j] = Σᵢ dy[i][j] over the rows of slab s, or adds it to
// db. With one slab that is the gradient; with more it is a matrix of partial sums,
// which a second call adds up.
//
// Shapes: db (S, Out), dy (B, Out), S = ⌈B / slab⌉ where slab counts rows.
// Grid: ⌈Out/32⌉ by S blocks of 32 by 16 threads.
KERNEL(bias_gradient, (float *db, const float *dy, int rows, int cols, int slab, int accumulate)) {
	const int col = blockIdx.x * slab_cols + threadIdx.x;
	const int first = blockIdx.y * slab;
	const int last = min(first + slab, rows);
	const float sum = slab_sum(dy, first, last, cols, col);
	if (threadIdx.y > 0 || col >= cols)
		return;
	float *out = db + (size_t)blockIdx.y * cols + col;
	*out = accumulate ? *out + sum : sum;
}

// bias_sgd_step computes b[j] -= lr[step] · Σᵢ dy[i][j] and, unless scales is null,
// scales = (-lr[step], 1), with which a product can update w.
//
// Shapes: b (1, Out), scales two numbers, dy (B, Out), lr (T, 1), step (1, 1).
// Grid: ⌈Out/32⌉ blocks of 32 by 16 threads.
KERNEL(bias_sgd_step, (float *b, float *scales, const float *dy, const float *lr, const int *step, int rows, int cols)) {
	const int col = blockIdx.x * slab_cols + threadIdx.x;
	const float sum = slab_sum(dy, 0, rows, cols, col);
	if (threadIdx.y == 0 && col < cols)
		b[col] -= lr[*step] * sum;
	if (scales && threadIdx.y == 0 && col == 0) {
		scales[0] = -lr[*step];
		scales[1] = 1;
	}
}
