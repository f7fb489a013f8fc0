package cpu

import "mnistgpu/internal/backend"

// elementGrain is the least number of elements that is worth another thread.
const elementGrain = 1 << 14

// SGDStep computes p -= lr·(g + L2·p).
func (r *recorder) SGDStep(p, g backend.Tensor, sgd backend.SGD) {
	r.record(func() {
		lr, l2 := learningRate(sgd), sgd.L2
		params, gradients := data[float32](p), data[float32](g)
		parallel(len(params), elementGrain, func(lo, hi int) {
			gradients := gradients[lo:hi]
			for i, v := range params[lo:hi] {
				params[lo+i] = v - lr*(gradients[i]+l2*v)
			}
		})
	})
}

// Advance computes step += 1 and cursor += n.
func (r *recorder) Advance(step, cursor backend.Tensor, n int) {
	r.record(func() {
		if !step.IsZero() {
			data[int32](step)[0]++
		}
		if !cursor.IsZero() {
			data[int32](cursor)[0] += int32(n)
		}
	})
}

// learningRate reads the rate of the current step.
func learningRate(sgd backend.SGD) float32 {
	return data[float32](sgd.LearningRate)[data[int32](sgd.Step)[0]]
}
