package cpu

import (
	"math"

	"mnistgpu/cpu/internal/kernel"
	"mnistgpu/internal/backend"
)

// lossGrain is the smallest number of rows worth another thread.
const lossGrain = 16

// outcome is the loss of one image, and whether its label has the largest logit.
type outcome struct {
	loss float64
	hit  bool
}

// CrossEntropy computes the rows in parallel and then adds up their losses in order,
// in float64.
func (r *recorder) CrossEntropy(t backend.Tally, dlogits, logits backend.Tensor, labels backend.Rows, scale float32) {
	s := &r.b.scratch
	s.outcomes = grow(s.outcomes, logits.Rows)
	parts := min(4*r.b.pool.threads(), 1+logits.Rows/lossGrain)
	softmax := make([]float64, parts*logits.Cols)
	z := matrix(logits)
	r.parallel(parts, func(part int) {
		p := softmax[part*logits.Cols : (part+1)*logits.Cols]
		first, end := split(logits.Rows, parts, part)
		for i := first; i < end; i++ {
			label := int(byteRow(labels, i)[0])
			load(p, z, i)
			s.outcomes[i] = softmaxCrossEntropy(p, label)
			if !dlogits.IsZero() {
				storeGradient(matrix(dlogits), i, p, label, scale)
			}
		}
	})
	r.record(func() { count(t, s.outcomes[:logits.Rows]) })
	r.wrote(t.Hits)
	r.wrote(dlogits)
}

// count adds outcomes to the current step's row of the tally.
func count(t backend.Tally, outcomes []outcome) {
	step := data[int32](t.Step)[0]
	loss, hits := &data[float64](t.Loss)[step], &data[int32](t.Hits)[step]
	for _, o := range outcomes {
		*loss += o.loss
		if o.hit {
			*hits++
		}
	}
}

// load copies row i of m to dst.
func load(dst []float64, m kernel.Matrix, i int) {
	for p := range m.Panels() {
		for j, v := range m.Piece(i, p) {
			dst[p*m.Width+j] = float64(v)
		}
	}
}

// softmaxCrossEntropy turns the logits z into p = softmax(z). The loss is -ln p[label].
//
// The largest logit is subtracted first, so that no exponential overflows.
func softmaxCrossEntropy(z []float64, label int) outcome {
	best := argmax(z)
	peak, right := z[best], z[label]
	var sum float64
	for j, v := range z {
		z[j] = math.Exp(v - peak)
		sum += z[j]
	}
	for j := range z {
		z[j] /= sum
	}
	return outcome{loss: math.Log(sum) + peak - right, hit: best == label}
}

// storeGradient computes row i of dz = scale·(p - onehot(label)).
func storeGradient(dz kernel.Matrix, i int, p []float64, label int, scale float32) {
	p[label]--
	for panel := range dz.Panels() {
		row := dz.Piece(i, panel)
		for j := range row {
			row[j] = scale * float32(p[panel*dz.Width+j])
		}
	}
}

// argmax returns the index of the first of the largest elements.
func argmax(z []float64) int {
	best := 0
	for j, v := range z {
		if v > z[best] {
			best = j
		}
	}
	return best
}
