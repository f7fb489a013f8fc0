package kernel

import "testing"

// TestWrongShapes expects a panic before a kernel can leave its slices.
func TestWrongShapes(t *testing.T) {
	for _, set := range Sets() {
		t.Run(set.Name, func(t *testing.T) { testWrongShapes(t, set) })
	}
}

func testWrongShapes(t *testing.T, set *Set) {
	p, q, old := newProblem(set, 6, 5, 20, 33, 1), newProblem(set, 6, 4, 19, 17, 1), newProblem(set, 6, 5, 20, 33, 1)
	old.flipped.ResizeActive(20, old.active, 1)
	for name, call := range map[string]func(){
		"lists of more columns than weights": func() { set.SparseForward(p.dy, p.lists, q.w, p.b, 0, Block{0, 1, 0, 3}) },
		"fewer lists than rows":              func() { set.SparseForward(p.dy, q.lists, q.w, p.b, 0, Block{0, 1, 0, 3}) },
		"rows beyond the matrix":             func() { set.SparseForward(p.dy, p.lists, p.w, p.b, 0, Block{0, 1, 1, 4}) },
		"panels beyond the matrix":           func() { set.SparseForward(p.dy, p.lists, p.w, p.b, 0, Block{1, 3, 0, 3}) },
		"lists of more rows than gradients":  func() { set.SparseAdd(p.w, p.flipped, q.dy, 1, Block{0, 1, 0, 10}) },
		"active rows of another batch":       func() { set.AddSums(p.b, p.dy, q.active, 1, 0, 1) },
		"inputs of more columns":             func() { set.DenseForward(p.dy, p.x, q.w, p.b, 0, p.all, 0, 0, 1) },
		"tiles beyond the rows":              func() { set.DenseForward(p.dy, p.x, p.w, p.b, 0, p.all, 0, 0, 3) },
		"a mask of fewer rows":               func() { set.DenseMasked(p.x, p.dy, p.w, q.x, p.active, 0) },
		"a gradient of more rows":            func() { set.DenseAdd(p.w, p.x, q.dy, p.active, 1, 0, 0) },
		"bytes of another length":            func() { set.List(p.lists, 0, q.pixels) },
		"lists of a size before": func() {
			set.SparseAdd(p.w, old.flipped, p.dy, 1, Block{0, 1, 0, 10})
		},
		"a pair beyond the rows":          func() { set.List(p.lists, 3, p.pixels) },
		"transpose of another shape":      func() { set.Transpose(p.columns, q.pixels, 0) },
		"columns of another batch":        func() { p.columns.Resize(p.pixels, q.active) },
		"a group beyond the columns":      func() { set.Transpose(p.columns, p.pixels, 2) },
		"fewer gradients than parameters": func() { set.Momentum(p.w.Data, p.w.Data, q.w.Data, 1, 1, 1) },
		"fewer means than parameters":     func() { set.Adam(p.w.Data, q.w.Data, p.w.Data, p.w.Data, 1, 1, 1, 1, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			call()
		})
	}
}
