package cpu

import (
	"math"

	"gonum.org/v1/gonum/blas/blas32"

	"mnistgpu/internal/backend"
)

// CrossEntropy takes the rows in parallel and then adds their losses in order,
// in float64.
func (r *recorder) CrossEntropy(t backend.Tally, dlogits, logits backend.Tensor, labels backend.Rows, scale float32) {
	r.record(func() {
		z := general(logits)
		var dz blas32.General
		if !dlogits.IsZero() {
			dz = general(dlogits)
		}
		losses := grow(r.b.losses, z.Rows)
		r.b.losses = losses
		parallel(z.Rows, rowGrain, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				var gradient []float32
				if dz.Data != nil {
					gradient = row(dz, i)
				}
				losses[i] = softmaxCrossEntropy(gradient, row(z, i), int(byteRow(labels, i)[0]), scale)
			}
		})

		step := data[int32](t.Step)[0]
		for i, loss := range losses {
			data[float64](t.Loss)[step] += loss
			if argmax(row(z, i)) == int(byteRow(labels, i)[0]) {
				data[int32](t.Hits)[step]++
			}
		}
	})
}

// softmaxCrossEntropy returns -ln p[label] for p = softmax(z). It computes
// dz = scale·(p - onehot(label)) unless dz is nil.
//
// The largest logit is taken off first, so that no exponential overflows.
func softmaxCrossEntropy(dz, z []float32, label int, scale float32) float64 {
	peak := float64(z[argmax(z)])
	var sum float64
	for _, v := range z {
		sum += math.Exp(float64(v) - peak)
	}
	for j := range dz {
		p := math.Exp(float64(z[j])-peak) / sum
		if j == label {
			p--
		}
		dz[j] = scale * float32(p)
	}
	return math.Log(sum) + peak - float64(z[label])
}

// argmax returns the index of the first of the largest elements.
func argmax(z []float32) int {
	best := 0
	for j, v := range z {
		if v > z[best] {
			best = j
		}
	}
	return best
}
