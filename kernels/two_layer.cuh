// What the blocks of two_layer_sgd have: each keeps the weights of some hidden units in
// its shared memory, and exchanges its part of all logits with the others.

#ifndef TWO_LAYER_CUH
#define TWO_LAYER_CUH

#include "cross_entropy.cuh"
#include "grid.cuh"

HOST_CONSTANT int two_layer_threads = 512;
constexpr int two_layer_warps = two_layer_threads / warp_size;

// The largest batch: four threads for each row.
constexpr int row_threads = 4;
HOST_CONSTANT int two_layer_rows = two_layer_threads / row_threads;
static_assert(warp_size % row_threads == 0, "the threads of a row are in one warp");
static_assert(two_layer_rows % warp_size == 0, "first_layer takes the rows in tiles of a warp");

// How many hidden units a block may have.
HOST_CONSTANT int two_layer_min_units = 4;
HOST_CONSTANT int two_layer_max_units = 8;

// Exchange is how blocks pass results to each other through global memory. The parts of
// the logits, (rows, blocks, classes), come after it.
struct Exchange {
	Gate gate;
	int hits[two_layer_rows];
	double loss[two_layer_rows];
	float dlogits[two_layer_rows * max_classes];

	__device__ float *logits() { return (float *)(this + 1); }
};

HOST_CONSTANT int two_layer_exchange = sizeof(Exchange);
static_assert(offsetof(Exchange, gate) == 0, "the gate is in the same place for every shape");

// Net is the network, and what its steps read and write. Its members are the
// parameters of two_layer_sgd.
struct Net {
	double *loss;
	int *hits;
	float *w1, *b1, *w2, *b2;
	Exchange *exchange;
	const byte *data, *labels;
	const int *order;
	int rows, in, hidden, classes;
	float pixel_scale, scale, l2;
};

// stride_of returns the distance between two images in shared memory, in words of four
// pixels. It is odd, so that the same word of 32 images is in 32 different banks, and
// so are 16 words of an image and those of the image 16 rows on.
__device__ constexpr int stride_of(int in) { return in / 4 | 1; }

// larger is max for constants.
__device__ constexpr int larger(int a, int b) { return a < b ? b : a; }

// A Slice is what a block has in shared memory for `units` hidden units.
template <int units>
struct Slice {
	static_assert(units % 4 == 0 && units % row_threads == 0);

	float4 *w1;         // (units, In/4): four units' weights for pixel k of each word
	float4 *dz;         // (rows, units/4): gradient before ReLU
	float *w2;          // (units, max_classes)
	float *b1;          // (units)
	float *b2;          // (max_classes)
	unsigned *images;   // (rows, stride) words: those of this step
	unsigned *scratch;  // as many bytes, for parts of sums and then for the next images

	// chunk returns where w1 has the weights of units 4h to 4h+3 for pixel k of a word.
	__device__ static int chunk(int k, int h) { return k * (units / 4) + h; }

	// scratch_bytes returns the size of scratch, and of images. Each has room for a
	// batch, for a sum's parts from all warps, and for hidden units and gradients for
	// the last layer.
	__device__ static constexpr int scratch_bytes(const Net &n) {
		const int batch = 4 * n.rows * stride_of(n.in);
		const int parts = 4 * n.rows * units * two_layer_warps;
		const int last = 4 * larger(n.rows * (units + max_classes), (two_layer_warps + 1) * max_classes);
		return (larger(batch, larger(parts, last)) + 15) / 16 * 16;
	}

	// bytes returns the size of everything.
	__device__ static constexpr int bytes(const Net &n) {
		const int numbers = n.in * units + n.rows * units + units * max_classes + units + max_classes;
		return 4 * numbers + 2 * scratch_bytes(n);
	}

	// In every other step images and scratch trade places.
	__device__ Slice(char *shared, const Net &n, int step) {
		w1 = (float4 *)shared;
		dz = w1 + units * (n.in / 4);
		w2 = (float *)(dz + n.rows * (units / 4));
		b1 = w2 + units * max_classes;
		b2 = b1 + units;
		unsigned *rooms = (unsigned *)(b2 + max_classes);
		const int words = scratch_bytes(n) / 4;
		const int odd = step % 2 * words;
		images = rooms + odd;
		scratch = rooms + words - odd;
	}
};

// A SliceSize is the size of a Slice for a batch of `rows` images of `in` pixels.
struct SliceSize {
	int rows, in, units, bytes;
};

template <int units>
__device__ constexpr SliceSize slice_size(int rows, int in) {
	Net n = {};
	n.rows = rows;
	n.in = in;
	return {rows, in, units, Slice<units>::bytes(n)};
}

// Sizes that the host's own formula must give. What decides the size of scratch is the
// batch in the first two shapes, the parts of sums in the third, and the last layer in
// the fourth.
HOST_CONSTANT SliceSize two_layer_slices[] = {
	slice_size<two_layer_min_units>(128, 784), slice_size<two_layer_max_units>(128, 784),
	slice_size<two_layer_min_units>(101, 780), slice_size<two_layer_max_units>(101, 780),
	slice_size<two_layer_min_units>(33, 28),   slice_size<two_layer_max_units>(33, 28),
	slice_size<two_layer_min_units>(1, 4),     slice_size<two_layer_max_units>(1, 4),
};

// each_weight calls `with` for each element of the slice's w1, with its index, the
// index of its first weight in the network's w1, and how many of its four weights
// exist.
template <int units, typename F>
__device__ inline void each_weight(const Net &n, F with) {
	const int words = n.in / 4;
#pragma unroll 1
	for (int i = threadIdx.x; i < units * words; i += two_layer_threads) {
		const int k = i / words / (units / 4), h = i / words % (units / 4);
		const int unit = blockIdx.x * units + 4 * h;
		with(i, (size_t)(4 * (i % words) + k) * n.hidden + unit, min(4, n.hidden - unit));
	}
}

// open_slice loads the slice. Units past the last are zero, and stay zero.
template <int units>
__device__ inline void open_slice(const Slice<units> &s, const Net &n) {
	each_weight<units>(n, [&](int i, size_t at, int count) {
		float v[4] = {};
		for (int k = 0; k < 4; k++)
			if (k < count)
				v[k] = n.w1[at + k];
		s.w1[i] = make_float4(v[0], v[1], v[2], v[3]);
	});
	const int first = blockIdx.x * units;
	for (int i = threadIdx.x; i < units * max_classes; i += two_layer_threads) {
		const int unit = first + i / max_classes, c = i % max_classes;
		s.w2[i] = unit < n.hidden && c < n.classes ? n.w2[unit * n.classes + c] : 0;
	}
	if (threadIdx.x < units)
		s.b1[threadIdx.x] = first + threadIdx.x < n.hidden ? n.b1[first + threadIdx.x] : 0;
	if (threadIdx.x < max_classes)
		s.b2[threadIdx.x] = threadIdx.x < n.classes ? n.b2[threadIdx.x] : 0;
}

// close_slice stores the slice. All blocks have the same b2.
template <int units>
__device__ inline void close_slice(const Slice<units> &s, const Net &n) {
	each_weight<units>(n, [&](int i, size_t at, int count) {
		const float v[4] = {s.w1[i].x, s.w1[i].y, s.w1[i].z, s.w1[i].w};
		for (int k = 0; k < 4; k++)
			if (k < count)
				n.w1[at + k] = v[k];
	});
	const int first = blockIdx.x * units;
	for (int i = threadIdx.x; i < units * max_classes; i += two_layer_threads) {
		const int unit = first + i / max_classes, c = i % max_classes;
		if (unit < n.hidden && c < n.classes)
			n.w2[unit * n.classes + c] = s.w2[i];
	}
	if (threadIdx.x < units && first + threadIdx.x < n.hidden)
		n.b1[first + threadIdx.x] = s.b1[threadIdx.x];
	if (blockIdx.x == 0 && threadIdx.x < n.classes)
		n.b2[threadIdx.x] = s.b2[threadIdx.x];
}

#endif
