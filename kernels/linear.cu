// What surrounds the matrix products of a linear layer.

#include "common.cuh"

// bias_activation computes y = act(y + b), where y holds x·w. ReLU keeps a NaN,
// so that a diverged run shows.
//
// Shapes: y (B, Out) with n = B·Out elements, b (1, Out).
// Grid: ⌈n/4⌉ threads.
KERNEL(bias_activation, (float *y, const float *b, int n, int cols, int relu)) {
	const unsigned i = first_of_four();
	Four z = load(y, i, n);
	for (int k = 0; k < 4; k++) {
		z.v[k] += b[(i + k) % cols];
		if (relu && z.v[k] < 0)
			z.v[k] = 0;
	}
	store(y, i, n, z);
}

// linear_backward_input_mask computes dx = dx ⊙ ReLU'(x), where dx holds dy·wᵀ and x is
// the output of the ReLU: the derivative is 1 where x > 0, else 0.
//
// Shapes: dx and x (B, In) with n = B·In elements.
// Grid: ⌈n/4⌉ threads.
KERNEL(linear_backward_input_mask, (float *dx, const float *x, int n)) {
	const unsigned i = first_of_four();
	Four d = load(dx, i, n);
	const Four out = load(x, i, n);
	for (int k = 0; k < 4; k++)
		if (!(out.v[k] > 0))
			d.v[k] = 0;
	store(dx, i, n, d);
}
