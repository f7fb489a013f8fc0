// Updates of what changes from step to step.

#include "common.cuh"

// sgd_step computes p -= lr[step] · (g + l2·p).
//
// Shapes: p and g of n elements, lr (T, 1), step (1, 1).
// Grid: ⌈n/4⌉ threads.
KERNEL(sgd_step, (float *p, const float *g, const float *lr, const int *step, float l2, int n)) {
	const unsigned i = first_of_four();
	const float rate = lr[*step];
	Four q = load(p, i, n);
	const Four d = load(g, i, n);
	for (int k = 0; k < 4; k++)
		q.v[k] -= rate * (d.v[k] + l2 * q.v[k]);
	store(p, i, n, q);
}

// advance computes step += 1 and cursor += rows. Either may be null.
//
// Shapes: step and cursor (1, 1).
// Grid: one thread.
KERNEL(advance, (int *step, int *cursor, int rows)) {
	if (step)
		*step += 1;
	if (cursor)
		*cursor += rows;
}
