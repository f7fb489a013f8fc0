package backendtest

import (
	"math"

	"mnistgpu/internal/backend"
)

// forwardX changes what LinearForward reads.
func forwardX(fault string, change func(matrix)) mutant {
	return forward(fault, func(good func(forwardCall), c forwardCall) {
		c.x = dense(c.x, change)
		good(c)
	})
}

var forwardMutants = []mutant{
	forwardX("K-1 terms", dropColumn),
	forwardX("K+1 terms", doubleColumn),
	forwardX("TF32 inputs", cut(tf32)),
	forwardX("BF16 inputs", cut(bf16)),
	forward("w of the other layout", func(good func(forwardCall), c forwardCall) {
		c.w = dense(c.w, otherLayout)
		good(c)
	}),
	forward("no bias", func(good func(forwardCall), c forwardCall) {
		c.b = newTensor(backend.Float32, 1, c.b.Cols)
		good(c)
	}),
	forward("bias of the next output", func(good func(forwardCall), c forwardCall) {
		c.b = dense(c.b, func(m matrix) { copy(m.values, m.values[1:]) })
		good(c)
	}),
	forward("no ReLU", func(good func(forwardCall), c forwardCall) {
		c.act = backend.Identity
		good(c)
	}),
	forward("ReLU always", func(good func(forwardCall), c forwardCall) {
		c.act = backend.ReLU
		good(c)
	}),
	forward("ReLU of another sum", func(good func(forwardCall), c forwardCall) {
		good(c)
		for i, v := range view(c.y).values {
			if c.act == backend.ReLU && v != math.Trunc(v) { // whole numbers stay exact
				view(c.y).values[i] = float64(math.Nextafter32(float32(v), 0))
			}
		}
	}),
	forward("ReLU makes NaN 0", func(good func(forwardCall), c forwardCall) {
		good(c)
		if c.act == backend.ReLU {
			clearNaN(c.y)
		}
	}),
	forward("adds to y", func(good func(forwardCall), c forwardCall) {
		before := duplicate(c.y)
		good(c)
		for i, v := range view(before).values {
			view(c.y).values[i] += v
		}
	}),
	forward("last row is stale", func(good func(forwardCall), c forwardCall) {
		keep(c.y, c.y.Cols, func() { good(c) })
	}),
	forward("last element is stale", func(good func(forwardCall), c forwardCall) {
		keep(c.y, 1, func() { good(c) })
	}),
	forward("writes to w", func(good func(forwardCall), c forwardCall) {
		good(c)
		view(c.w).values[c.w.Len()-1]++
	}),
	forward("writes to the pixels", func(good func(forwardCall), c forwardCall) {
		good(c)
		if rows, ok := c.x.(backend.Rows); ok {
			view(rows.Data).values[0]++
		}
	}),
	{"LinearForward: other bits each second time", func(f *faulty) {
		calls := 0
		forward("", func(good func(forwardCall), c forwardCall) {
			good(c)
			if calls++; calls%2 == 0 {
				view(c.y).values[0] *= 1 + 2*u
			}
		}).spoil(f)
	}},
}

// backwardInputDy changes what LinearBackwardInput reads.
func backwardInputDy(fault string, change func(matrix)) mutant {
	return backwardInput(fault, func(good func(inputCall), c inputCall) {
		c.dy = dense(c.dy, change)
		good(c)
	})
}

var backwardInputMutants = []mutant{
	backwardInputDy("K-1 terms", dropColumn),
	backwardInputDy("K+1 terms", doubleColumn),
	backwardInputDy("TF32 inputs", cut(tf32)),
	backwardInputDy("BF16 inputs", cut(bf16)),
	backwardInput("w of the other layout", func(good func(inputCall), c inputCall) {
		c.w = dense(c.w, otherLayout)
		good(c)
	}),
	backwardInput("dx of the other layout", func(good func(inputCall), c inputCall) {
		good(c)
		otherLayout(view(c.dx))
	}),
	backwardInput("no ReLU mask", func(good func(inputCall), c inputCall) {
		c.act = backend.Identity
		good(c)
	}),
	backwardInput("ReLU mask always", func(good func(inputCall), c inputCall) {
		c.act = backend.ReLU
		good(c)
	}),
	backwardInput("ReLU mask is x >= 0", func(good func(inputCall), c inputCall) {
		c.x = dense(c.x, func(m matrix) {
			for i, v := range m.values {
				if v == 0 {
					m.values[i] = 1
				}
			}
		})
		good(c)
	}),
	backwardInput("last row is stale", func(good func(inputCall), c inputCall) {
		keep(c.dx, c.dx.Cols, func() { good(c) })
	}),
	backwardInput("NaN becomes 0", func(good func(inputCall), c inputCall) {
		good(c)
		clearNaN(c.dx)
	}),
}
