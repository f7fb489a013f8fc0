// Softmax, cross-entropy, its gradient, and the count of right answers.

#include "cross_entropy.cuh"

// A block takes one row with each of its warps.
HOST_CONSTANT int cross_entropy_rows = 8;
HOST_CONSTANT int cross_entropy_threads = cross_entropy_rows * warp_size;

// cross_entropy takes p = softmax(logits) row by row and computes
//
//	loss[step] += Σᵢ -ln p[i][label(i)]
//	hits[step] += the number of rows whose largest logit is label(i)
//	dlogits = scale · (p - onehot(label)), unless dlogits is null
//
// with label(i) = labels[order[cursor+offset+i]]. The blocks leave their counts
// in block_loss and block_hits.
//
// Shapes: loss and hits (T, 1), step (1, 1), dlogits and logits (B, classes),
// labels (N, 1), order (M, 1), cursor (1, 1), block_loss and block_hits one a
// block, finished one, zero between calls.
// Grid: ⌈B/8⌉ blocks of 256 threads, one warp a row.
KERNEL(cross_entropy, (double *loss, int *hits, float *dlogits, double *block_loss, int *block_hits,
                       unsigned *finished, const int *step, const float *logits, const byte *labels,
                       const int *order, const int *cursor, int offset, int rows, int classes, float scale)) {
	const int row = blockIdx.x * cross_entropy_rows + threadIdx.x / warp_size;
	Count count = {0, 0};
	if (row < rows) {
		const size_t first = (size_t)row * classes;
		const int label = labels[order[*cursor + offset + row]];
		count = row_cross_entropy(dlogits ? dlogits + first : nullptr, logits + first, label, classes, scale);
	}
	count = block_count<cross_entropy_threads>(count);
	tally_blocks<cross_entropy_threads>(loss + *step, hits + *step, {block_loss, block_hits, finished}, count);
}
