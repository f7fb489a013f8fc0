package backendtest

import (
	"math"

	"mnistgpu/internal/backend"
)

// hiddenMutants are right for most sizes and values. Each shows only with a certain
// size or kind of number.
var hiddenMutants = []mutant{
	longForward("TF32 in long sums", cut(tf32)),
	// No element exceeds its limit: only the root mean square gives it away.
	longForward("15 bits in long sums", cut(15)),
	longForward("terms behind the last whole 16 dropped", func(m matrix) {
		for j := m.cols / 16 * 16; j < m.cols; j++ {
			scaleColumn(m, j, 0)
		}
	}),
	forward("pixels above 127 are negative", func(good func(forwardCall), c forwardCall) {
		if r, ok := c.x.(backend.Rows); ok {
			c.x = dense(r, func(m matrix) { wrapAround(m, float64(r.Scale)) })
		}
		good(c)
	}),
	forward("rows behind the last whole 32 are stale", func(good func(forwardCall), c forwardCall) {
		rest := 0
		if c.y.Rows > 32 {
			rest = c.y.Rows % 32
		}
		keep(c.y, rest*c.y.Cols, func() { good(c) })
	}),
	backwardInput("columns behind the last whole 32 are stale", func(good func(inputCall), c inputCall) {
		before := duplicate(c.dx)
		good(c)
		for i := range c.dx.Rows {
			for j := max(32, c.dx.Cols/32*32); j < c.dx.Cols; j++ {
				view(c.dx).set(i, j, view(before).at(i, j))
			}
		}
	}),
	backwardWeight("row numbers are bytes", func(good func(weightCall), c weightCall) {
		if r, ok := c.x.(backend.Rows); ok {
			r.Order = duplicate(r.Order)
			for i := range r.Order.Rows {
				view(r.Order).values[i] = float64(uint8(view(r.Order).values[i]))
			}
			c.x = r
		}
		good(c)
	}),
	backwardWeight("sums in db are cut off", func(good func(weightCall), c weightCall) {
		before := duplicate(c.db)
		good(c)
		for j := range c.db.Cols {
			sum := 0.0
			if c.accumulate {
				sum = view(before).at(0, j)
			}
			view(c.db).set(0, j, addCutOff(sum, view(c.dy), j))
		}
	}),
}

// longForward changes what LinearForward reads if its sums are long.
func longForward(fault string, change func(matrix)) mutant {
	return forward(fault, func(good func(forwardCall), c forwardCall) {
		if c.w.Rows > 700 {
			c.x = dense(c.x, change)
		}
		good(c)
	})
}

// wrapAround turns what was above 127 times scale into a negative int8.
func wrapAround(m matrix, scale float64) {
	for i, v := range m.values {
		if v > 127*scale {
			m.values[i] = v - 256*scale
		}
	}
}

// addCutOff adds column j of dy to sum and rounds towards 0 each time.
func addCutOff(sum float64, dy matrix, j int) float64 {
	for i := range dy.rows {
		full := sum + dy.at(i, j)
		rounded := float32(full)
		if math.Abs(float64(rounded)) > math.Abs(full) {
			rounded = math.Nextafter32(rounded, 0)
		}
		sum = float64(rounded)
	}
	return sum
}
