package backendtest

import "mnistgpu/internal/backend"

// backwardWeightX changes what dw is made of; db stays right.
func backwardWeightX(fault string, change func(matrix)) mutant {
	return backwardWeight(fault, func(good func(weightCall), c weightCall) {
		c.x = dense(c.x, change)
		good(c)
	})
}

// backwardWeightDb computes db from another call; dw stays right.
func backwardWeightDb(fault string, change func(c *weightCall)) mutant {
	return backwardWeight(fault, func(good func(weightCall), c weightCall) {
		keep(c.db, c.db.Len(), func() { good(c) })
		c.dw = duplicate(c.dw)
		change(&c)
		good(c)
	})
}

var backwardWeightMutants = []mutant{
	backwardWeightX("last row dropped from dw", dropRow),
	backwardWeightX("first row twice in dw", doubleRow),
	backwardWeightX("TF32 inputs", cut(tf32)),
	backwardWeightX("BF16 inputs", cut(bf16)),
	backwardWeightDb("no db", func(c *weightCall) { c.db = duplicate(c.db) }),
	backwardWeightDb("last row dropped from db", func(c *weightCall) { c.dy = dense(c.dy, dropRow) }),
	backwardWeightDb("db is not accumulated", func(c *weightCall) { c.accumulate = false }),
	backwardWeightDb("TF32 sums in db", func(c *weightCall) { c.dy = dense(c.dy, cut(tf32)) }),
	backwardWeight("accumulate ignored", func(good func(weightCall), c weightCall) {
		c.accumulate = false
		good(c)
	}),
	backwardWeight("accumulate always", func(good func(weightCall), c weightCall) {
		c.accumulate = true
		good(c)
	}),
	backwardWeight("dw of the other layout", func(good func(weightCall), c weightCall) {
		good(c)
		otherLayout(view(c.dw))
	}),
	backwardWeight("last row of dw is stale", func(good func(weightCall), c weightCall) {
		keep(c.dw, c.dw.Cols, func() { good(c) })
	}),
	backwardWeight("NaN becomes 0", func(good func(weightCall), c weightCall) {
		good(c)
		clearNaN(c.db)
	}),
}

// linearSGDX changes what w is updated with; b stays right.
func linearSGDX(fault string, change func(matrix)) mutant {
	return linearSGD(fault, func(good func(fusedCall), c fusedCall) {
		c.x = dense(c.x, change)
		good(c)
	})
}

var linearSGDMutants = []mutant{
	linearSGDX("last row dropped from w", dropRow),
	linearSGDX("first row twice in w", doubleRow),
	linearSGDX("TF32 inputs", cut(tf32)),
	linearSGDX("BF16 inputs", cut(bf16)),
	linearSGD("b never updated", func(good func(fusedCall), c fusedCall) {
		c.b = duplicate(c.b)
		good(c)
	}),
	linearSGD("L2 on b", func(good func(fusedCall), c fusedCall) {
		loops{}.SGDStep(c.b, newTensor(backend.Float32, 1, c.b.Cols), c.sgd)
		good(c)
	}),
	linearSGD("last row of w is stale", func(good func(fusedCall), c fusedCall) {
		keep(c.w, c.w.Cols, func() { good(c) })
	}),
	linearSGD("w of the other layout", func(good func(fusedCall), c fusedCall) {
		good(c)
		otherLayout(view(c.w))
	}),
	linearSGD("NaN becomes 0", func(good func(fusedCall), c fusedCall) {
		good(c)
		clearNaN(c.w)
	}),
}

// update is the same fault in both verbs that update.
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
	}
}

// updateRates reads other learning rates.
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
	{
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
	},
}
