package backendtest

import (
	"math"

	"mnistgpu/internal/backend"
)

// update is the same fault in all verbs that update.
func update(fault string, change func(sgd *backend.SGD)) []mutant {
	return []mutant{
		linearSGD(fault, func(good func(fusedCall), c fusedCall) {
			change(&c.sgd)
			good(c)
		}),
		sgdStep(fault, func(good func(stepCall), c stepCall) {
			change(&c.sgd)
			good(c)
		}),
		momentumStep(fault, func(good func(momentumCall), c momentumCall) {
			change(&c.momentum.SGD)
			good(c)
		}),
		adamStep(fault, func(good func(adamCall), c adamCall) {
			change(&c.adam.SGD)
			good(c)
		}),
	}
}

// updateRates returns mutants that read other learning rates. Adam's include the bias
// correction, which is off by one step if they are those of the next.
func updateRates(fault string, change func(matrix)) []mutant {
	return update(fault, func(sgd *backend.SGD) { sgd.LearningRate = dense(sgd.LearningRate, change) })
}

var updateMutants = [][]mutant{
	updateRates("lr x 1.0001", func(m matrix) { scaleColumn(m, 0, 1.0001) }),
	updateRates("uphill", func(m matrix) { scaleColumn(m, 0, -1) }),
	updateRates("lr of the next step", func(m matrix) { copy(m.values, m.values[1:]) }),
	update("lr of the first step", func(sgd *backend.SGD) { sgd.Step = newTensor(backend.Int32, 1, 1) }),
	update("L2 ignored", func(sgd *backend.SGD) { sgd.L2 = 0 }),
	update("L2 of the wrong sign", func(sgd *backend.SGD) { sgd.L2 = -sgd.L2 }),
	update("L2 twice", func(sgd *backend.SGD) { sgd.L2 *= 2 }),
	sgdStepMutants, momentumStepMutants, adamStepMutants,
}

var sgdStepMutants = []mutant{
	sgdStep("last element is stale", func(good func(stepCall), c stepCall) {
		keep(c.p, 1, func() { good(c) })
	}),
	sgdStep("NaN becomes 0", func(good func(stepCall), c stepCall) {
		good(c)
		clearNaN(c.p)
	}),
	sgdStep("writes to g", func(good func(stepCall), c stepCall) {
		good(c)
		clear(view(c.g).values)
	}),
}

var momentumStepMutants = []mutant{
	momentumStep("momentum of 0.899 for 0.9", func(good func(momentumCall), c momentumCall) {
		c.momentum.Momentum *= 0.899 / 0.9
		good(c)
	}),
	momentumStep("v is not kept", func(good func(momentumCall), c momentumCall) {
		c.v = duplicate(c.v)
		good(c)
	}),
	momentumStep("v is not read", func(good func(momentumCall), c momentumCall) {
		clear(view(c.v).values)
		good(c)
	}),
	momentumStep("p by the gradient alone", func(good func(momentumCall), c momentumCall) {
		fresh := c
		fresh.v, c.p = newTensor(backend.Float32, c.v.Rows, c.v.Cols), duplicate(c.p)
		good(c)
		good(fresh)
	}),
	momentumStep("p by v as it was", func(good func(momentumCall), c momentumCall) {
		stale := stepCall{c.p, duplicate(c.v), c.momentum.SGD}
		stale.sgd.L2 = 0
		c.p = duplicate(c.p)
		good(c)
		loops{}.SGDStep(stale.p, stale.g, stale.sgd)
	}),
	momentumStep("gradient weighted by 1 - momentum", func(good func(momentumCall), c momentumCall) {
		c.g = dense(c.g, func(m matrix) { scaleAll(m, 1-float64(c.momentum.Momentum)) })
		c.momentum.L2 *= 1 - c.momentum.Momentum
		good(c)
	}),
	momentumStep("Nesterov's look ahead", func(good func(momentumCall), c momentumCall) {
		ahead := duplicate(c.p)
		good(c)
		again := c
		again.p, again.v = ahead, duplicate(c.v)
		good(again)
		copy(view(c.p).values, view(ahead).values)
	}),
	momentumStep("L2 beside v", func(good func(momentumCall), c momentumCall) {
		decay := stepCall{c.p, newTensor(backend.Float32, c.g.Rows, c.g.Cols), c.momentum.SGD}
		c.momentum.L2 = 0
		good(c)
		loops{}.SGDStep(decay.p, decay.g, decay.sgd)
	}),
	momentumStep("last element of v is stale", func(good func(momentumCall), c momentumCall) {
		keep(c.v, 1, func() { good(c) })
	}),
	momentumStep("last element of p is stale", func(good func(momentumCall), c momentumCall) {
		keep(c.p, 1, func() { good(c) })
	}),
	momentumStep("NaN becomes 0", func(good func(momentumCall), c momentumCall) {
		good(c)
		clearNaN(c.v)
	}),
	momentumStep("writes to g", func(good func(momentumCall), c momentumCall) {
		good(c)
		clear(view(c.g).values)
	}),
}

// adamFormula returns a mutant in which the step of p is not alpha·m/(√v + epsilon).
func adamFormula(fault string, step func(alpha, m, v, epsilon float64) float64) mutant {
	return adamStep(fault, func(good func(adamCall), c adamCall) {
		before := duplicate(c.p)
		good(c)
		alpha := view(c.adam.LearningRate).at(scalar(c.adam.Step), 0)
		m, v := view(c.m).values, view(c.v).values
		for i, p := range view(before).values {
			view(c.p).values[i] = p - step(alpha, m[i], v[i], float64(c.adam.Epsilon))
		}
	})
}

var adamStepMutants = []mutant{
	adamFormula("epsilon inside the root", func(alpha, m, v, epsilon float64) float64 {
		return alpha * m / math.Sqrt(v+epsilon)
	}),
	adamFormula("no epsilon", func(alpha, m, v, _ float64) float64 { return alpha * m / math.Sqrt(v) }),
	adamFormula("no root", func(alpha, m, v, epsilon float64) float64 { return alpha * m / (v + epsilon) }),
	adamFormula("root of 15 bits", func(alpha, m, v, epsilon float64) float64 {
		return alpha * m / (math.Sqrt(v)*(1+0x1p-15) + epsilon)
	}),
	adamStep("Beta1 of 0.899 for 0.9", func(good func(adamCall), c adamCall) {
		c.adam.Beta1 *= 0.899 / 0.9
		good(c)
	}),
	adamStep("Beta2 of 0.998 for 0.999", func(good func(adamCall), c adamCall) {
		c.adam.Beta2 *= 0.998 / 0.999
		good(c)
	}),
	adamStep("betas swapped", func(good func(adamCall), c adamCall) {
		c.adam.Beta1, c.adam.Beta2 = c.adam.Beta2, c.adam.Beta1
		good(c)
	}),
	adamStep("m is not kept", func(good func(adamCall), c adamCall) {
		c.m = duplicate(c.m)
		good(c)
	}),
	adamStep("v is not kept", func(good func(adamCall), c adamCall) {
		c.v = duplicate(c.v)
		good(c)
	}),
	adamStep("p by m as it was", func(good func(adamCall), c adamCall) {
		stale := c
		stale.m, stale.v, c.p = duplicate(c.m), duplicate(c.v), duplicate(c.p)
		good(c)
		stale.adam.Beta1 = 1
		good(stale)
	}),
	adamStep("L2 beside the means", func(good func(adamCall), c adamCall) {
		decay := stepCall{c.p, newTensor(backend.Float32, c.g.Rows, c.g.Cols), c.adam.SGD}
		c.adam.L2 = 0
		good(c)
		loops{}.SGDStep(decay.p, decay.g, decay.sgd)
	}),
	adamStep("last element of m is stale", func(good func(adamCall), c adamCall) {
		keep(c.m, 1, func() { good(c) })
	}),
	adamStep("last element of v is stale", func(good func(adamCall), c adamCall) {
		keep(c.v, 1, func() { good(c) })
	}),
	adamStep("last element of p is stale", func(good func(adamCall), c adamCall) {
		keep(c.p, 1, func() { good(c) })
	}),
	adamStep("NaN becomes 0", func(good func(adamCall), c adamCall) {
		good(c)
		clearNaN(c.p)
	}),
	adamStep("writes to g", func(good func(adamCall), c adamCall) {
		good(c)
		clear(view(c.g).values)
	}),
}
