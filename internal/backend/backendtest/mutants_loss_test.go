package backendtest

import (
	"math"

	"mnistgpu/internal/backend"
)

// dlogits returns a mutant that spoils a correct gradient.
func dlogits(fault string, spoil func(m matrix, scale float64)) mutant {
	return loss(fault, func(good func(lossCall), c lossCall) {
		good(c)
		if !c.dlogits.IsZero() {
			spoil(view(c.dlogits), float64(c.scale))
		}
	})
}

var gradientMutants = []mutant{
	dlogits("no scale", func(m matrix, scale float64) { scaleAll(m, 1/scale) }),
	dlogits("dlogits of the wrong sign", func(m matrix, _ float64) { scaleAll(m, -1) }),
	dlogits("TF32 dlogits", func(m matrix, _ float64) { cut(tf32)(m) }),
	dlogits("last row of dlogits is NaN", func(m matrix, _ float64) { scaleRow(m, m.rows-1, math.NaN()) }),
	dlogits("last row of dlogits is 0", func(m matrix, _ float64) { scaleRow(m, m.rows-1, 0) }),
}

// tally returns a mutant that merges the counts of one call with those of all calls
// before it in a wrong way.
func tally(fault string, merge func(all, batch *float64, hits, batchHits *float64, rows int)) mutant {
	return loss(fault, func(good func(lossCall), c lossCall) {
		all, step := c.tally, scalar(c.tally.Step)
		c.tally = newTally(all)
		good(c)
		merge(&view(all.Loss).values[step], &view(c.tally.Loss).values[step],
			&view(all.Hits).values[step], &view(c.tally.Hits).values[step], c.logits.Rows)
		view(all.Loss).values[step] += view(c.tally.Loss).values[step]
		view(all.Hits).values[step] += view(c.tally.Hits).values[step]
	})
}

// newTally makes an empty tally like t.
func newTally(t backend.Tally) backend.Tally {
	t.Loss = newTensor(backend.Float64, t.Loss.Rows, 1)
	t.Hits = newTensor(backend.Int32, t.Hits.Rows, 1)
	return t
}

var tallyMutants = []mutant{
	tally("loss is not accumulated", func(all, _ *float64, _, _ *float64, _ int) { *all = 0 }),
	tally("hits are not accumulated", func(_, _ *float64, hits, _ *float64, _ int) { *hits = 0 }),
	tally("mean loss", func(_, batch *float64, _, _ *float64, rows int) { *batch /= float64(rows) }),
	tally("loss in bits", func(_, batch *float64, _, _ *float64, _ int) { *batch *= math.Log2E }),
	tally("NaN counts as 0", func(_, batch *float64, _, _ *float64, _ int) {
		if math.IsNaN(*batch) {
			*batch = 0
		}
	}),
	loss("counts in the first row", func(good func(lossCall), c lossCall) {
		c.tally.Step = newTensor(backend.Int32, 1, 1)
		good(c)
	}),
	loss("last row is not counted", func(good func(lossCall), c lossCall) {
		last := c
		good(c)
		last.tally, last.dlogits = newTally(c.tally), tensor{}
		last.logits = newTensor(backend.Float32, 1, c.logits.Cols)
		copy(view(last.logits).values, view(c.logits).row(c.logits.Rows-1))
		last.labels = c.labels.Chunk(c.labels.Count-1, 1)
		good(last)
		step := scalar(c.tally.Step)
		view(c.tally.Loss).values[step] -= view(last.tally.Loss).values[step]
	}),
	loss("label + 1", func(good func(lossCall), c lossCall) {
		c.labels.Data = duplicate(c.labels.Data)
		for i, label := range view(c.labels.Data).values {
			view(c.labels.Data).values[i] = float64((int(label) + 1) % c.logits.Cols)
		}
		good(c)
	}),
}

// byRow returns a mutant that spoils the tally once for each row counted.
func byRow(fault string, spoil func(loss *float64, hits *float64, z []float64, label int)) mutant {
	return loss(fault, func(good func(lossCall), c lossCall) {
		good(c)
		step := scalar(c.tally.Step)
		for i := range c.logits.Rows {
			spoil(&view(c.tally.Loss).values[step], &view(c.tally.Hits).values[step],
				view(c.logits).row(i), int(byteRow(c.labels, i)[0]))
		}
	})
}

var softmaxMutants = []mutant{
	byRow("the largest logit is not taken off", func(loss *float64, _ *float64, z []float64, _ int) {
		sum := 0.0
		for _, v := range z {
			sum += float64(float32(math.Exp(v)))
		}
		if math.IsInf(sum, 1) {
			*loss = math.NaN() // Inf/Inf
		}
	}),
	byRow("loss from a float32 probability", func(loss *float64, _ *float64, z []float64, label int) {
		if _, p, _ := softmax(z); float32(p[label]) == 0 {
			*loss = math.Inf(1) // -ln 0
		}
	}),
	byRow("a hit for the last of equals", func(_ *float64, hits *float64, z []float64, label int) {
		first, _, _ := softmax(z)
		last := first
		for j := range z {
			if z[j] == z[first] {
				last = j
			}
		}
		if first != last && label == first {
			*hits--
		}
		if first != last && label == last {
			*hits++
		}
	}),
}
