package backendtest

import "mnistgpu/internal/backend"

// backwardWeightX changes what dw is computed from; db stays right.
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
