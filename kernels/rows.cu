// Rows of a byte matrix as floats.

#include "common.cuh"

// gather_rows computes x[i][j] = scale · data[order[cursor+offset+i]][j].
//
// Shapes: x (B, cols), data (N, cols), order (M, 1), cursor (1, 1).
// Grid: B blocks, one a row.
KERNEL(gather_rows, (float *x, const byte *data, const int *order, const int *cursor,
                     int offset, int cols, float scale)) {
	const size_t row = blockIdx.x;
	const size_t from = order[*cursor + offset + row];
	x += row * cols;
	data += from * cols;
	if (cols % 4 != 0) {
		for (int j = threadIdx.x; j < cols; j += blockDim.x)
			x[j] = scale * data[j];
		return;
	}
	// Each row starts at a multiple of four elements: four are copied at once.
	const uchar4 *in = (const uchar4 *)data;
	float4 *out = (float4 *)x;
	for (int j = threadIdx.x; j < cols / 4; j += blockDim.x) {
		const uchar4 v = in[j];
		out[j] = make_float4(scale * v.x, scale * v.y, scale * v.z, scale * v.w);
	}
}
