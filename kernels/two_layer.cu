// Whole steps of plain gradient descent in one launch, for a network with one hidden
// layer and a small batch. The weights stay in shared memory from step to step, and
// blocks meet twice a step: to add up the logits, and to get their gradient.

#include "two_layer_backward.cuh"

// take_steps takes the given number of steps, with `units` hidden units a block.
template <int units>
__device__ inline void take_steps(char *shared, const Net &n, const float *lr, int first, int steps, const int *order) {
	Gate *gate = &n.exchange->gate;
	const int warp = threadIdx.x / warp_size, warps = first_layer_warps(n.in);
	const Slice<units> start(shared, n, 0);
	open_slice(start, n);
	fetch_images(start.images, n.data, order, n.rows, n.in, warp, two_layer_warps);
	for (int i = 0; i < steps; i++) {
		const Slice<units> s(shared, n, i);
		const float rate = lr[first + i];
		__syncthreads();
		first_layer(s, n);
		__syncthreads();
		const Own<units> own = activation(s, n);
		share_logits(s, n, own);
		arrive(gate);
		pass(gate, 2 * i + 1);
		losses((float *)s.scratch, s.b2, n.exchange, n.labels, order + i * n.rows, n.rows, n.classes, n.scale);
		arrive(gate);
		pass(gate, 2 * i + 2);
		back_to_hidden(s, n, own);
		tally(n.loss + first + i, n.hits + first + i, n.exchange, n.rows);
		__syncthreads();
		last_layer(s.w2, s.b1, s.b2, (const float *)s.scratch, (const float *)s.dz, units, n.rows, n.classes, rate, n.l2);
		__syncthreads();
		if (warp < warps)
			first_layer_sgd(s, n, rate, warp, warps);
		else if (i + 1 < steps)
			fetch_images(s.scratch, n.data, order + (i + 1) * n.rows, n.rows, n.in, warp - warps, two_layer_warps - warps);
	}
	__syncthreads();
	close_slice(start, n);
}

// two_layer_sgd takes the given number of steps. With
// x[i][j] = pixel_scale · data[order[cursor+offset+i]][j],
// label(i) = labels[order[cursor+offset+i]] and rate = lr[step], each step computes
//
//	h = ReLU(x·w1 + b1), z = h·w2 + b2, p = softmax(z)
//	loss[step] += Σᵢ -ln p[i][label(i)]
//	hits[step] += the number of rows whose largest logit is label(i)
//	dz = scale · (p - onehot(label)), dh = (dz·w2ᵀ) ⊙ ReLU'(h)
//	w2 -= rate · (hᵀ·dz + l2·w2), b2 -= rate · Σᵢ dzᵢ
//	w1 -= rate · (xᵀ·dh + l2·w1), b1 -= rate · Σᵢ dhᵢ
//
// and then moves on to step + 1 and cursor + rows. In the end step and cursor are
// `ahead` steps further than at the start. Products with a zero pixel may be skipped.
//
// Shapes: w1 (In, hidden), b1 (1, hidden), w2 (hidden, classes), b2 (1, classes), loss,
// hits and lr (T, 1), step and cursor (1, 1), data (N, In), labels (N, 1), order (M, 1);
// In a multiple of 4, at most 128 rows and 16 classes. The exchange is an Exchange, plus
// 4 bytes for each row, block and class; its gate is zero between launches.
// Grid: ⌈hidden/units⌉ blocks of 512 threads in a cooperative launch, with the shared
// memory of a Slice; 4 or 8 units a block.
KERNEL(two_layer_sgd, (double *loss, int *hits, float *w1, float *b1, float *w2, float *b2, int *step, int *cursor,
                       void *exchange, const byte *data, const byte *labels, const int *order, const float *lr,
                       int offset, int rows, int in, int hidden, int classes, float pixel_scale, float scale, float l2,
                       int units, int steps, int ahead), __launch_bounds__(two_layer_threads)) {
	DYNAMIC_SHARED(char, shared);
	const Net n = {loss, hits, w1, b1, w2, b2, (Exchange *)exchange, data, labels, order,
	               rows, in, hidden, classes, pixel_scale, scale, l2};
	const int first = *step;
	order += *cursor + offset;
	if (units == two_layer_min_units)
		take_steps<two_layer_min_units>(shared, n, lr, first, steps, order);
	else
		take_steps<two_layer_max_units>(shared, n, lr, first, steps, order);
	if (leave(&n.exchange->gate)) {
		*step += ahead;
		*cursor += ahead * rows;
	}
}
