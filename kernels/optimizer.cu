// Updates of parameters and counters.

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

// momentum_step computes v = mu · v + (g + l2 · p) and p -= lr[step] · v.
//
// Shapes: p, v and g of n elements, lr (T, 1), step (1, 1).
// Grid: ⌈n/4⌉ threads.
KERNEL(momentum_step, (float *p, float *v, const float *g, const float *lr, const int *step, float mu, float l2, int n)) {
	const unsigned i = first_of_four();
	const float rate = lr[*step];
	Four q = load(p, i, n);
	Four velocity = load(v, i, n);
	const Four d = load(g, i, n);
	for (int k = 0; k < 4; k++) {
		velocity.v[k] = mu * velocity.v[k] + (d.v[k] + l2 * q.v[k]);
		q.v[k] -= rate * velocity.v[k];
	}
	store(v, i, n, velocity);
	store(p, i, n, q);
}

// adam_step computes, with alpha = lr[step] and d = g + l2 · p,
//
//	m = beta1 · m + (1-beta1) · d
//	v = beta2 · v + (1-beta2) · d²
//	p -= alpha · m / (√v + epsilon)
//
// Shapes: p, m, v and g of n elements, lr (T, 1), step (1, 1).
// Grid: ⌈n/4⌉ threads.
KERNEL(adam_step, (float *p, float *m, float *v, const float *g, const float *lr, const int *step,
                   float beta1, float beta2, float epsilon, float l2, int n)) {
	const unsigned i = first_of_four();
	const float alpha = lr[*step];
	Four q = load(p, i, n);
	Four mean = load(m, i, n);
	Four square = load(v, i, n);
	const Four gradient = load(g, i, n);
	for (int k = 0; k < 4; k++) {
		const float d = gradient.v[k] + l2 * q.v[k];
		mean.v[k] = beta1 * mean.v[k] + (1 - beta1) * d;
		square.v[k] = beta2 * square.v[k] + (1 - beta2) * d * d;
		q.v[k] -= alpha * mean.v[k] / (sqrtf(square.v[k]) + epsilon);
	}
	store(m, i, n, mean);
	store(v, i, n, square);
	store(p, i, n, q);
}

// advance computes step += steps and cursor += rows. Either counter may be null.
//
// Shapes: step and cursor (1, 1).
// Grid: one thread.
KERNEL(advance, (int *step, int *cursor, int steps, int rows)) {
	if (step)
		*step += steps;
	if (cursor)
		*cursor += rows;
}
