package backend_test

import (
	"strings"
	"testing"

	"mnistgpu/internal/backend"
)

// TestCheckedPanics makes one operand wrong at a time. The panic must name the
// verb and what is wrong, and the verb must not be passed on.
func TestCheckedPanics(t *testing.T) {
	tests := []struct {
		verb, text string
		spoil      func(o *operands)
	}{
		{"LinearForward", "y is 5x3 float32, not 4x3 float32", func(o *operands) { o.y.Rows++ }},
		{"LinearForward", "y is 4x4", func(o *operands) { o.y.Cols++ }},
		{"LinearForward", "y is 4x3 float64", func(o *operands) { o.y.DType = backend.Float64 }},
		{"LinearForward", "y is 4x3 float32", func(o *operands) { o.y.Buffer = nil }},
		{"LinearForward", "x is 4x6 int32", func(o *operands) { o.x.DType = backend.Int32 }},
		{"LinearForward", "w is 6x3", func(o *operands) { o.x.Cols++ }},
		{"LinearForward", "b is 2x3", func(o *operands) { o.b.Rows++ }},
		{"LinearForward", "b is 1x2", func(o *operands) { o.b.Cols-- }},
		{"LinearForward", "x is 0x0 none", func(o *operands) { o.x = backend.Tensor{} }},
		{"LinearForward", "unknown activation 2", func(o *operands) { o.act = 2 }},
		{"LinearForward", "an output shares its memory", func(o *operands) { o.y.Buffer = o.x.Buffer }},
		{"LinearForward", "an output shares its memory", func(o *operands) { o.y.Buffer = o.w.Buffer }},
		{"LinearForward", "an output shares its memory", func(o *operands) { o.y.Buffer = o.b.Buffer }},
		{"LinearForward/nil", "no input", func(*operands) {}},
		{"LinearForward/rows", "rows.Data is 20x6 float32", func(o *operands) { o.rows.Data.DType = backend.Float32 }},
		{"LinearForward/rows", "rows.Order is 9x2", func(o *operands) { o.rows.Order.Cols++ }},
		{"LinearForward/rows", "rows.Order is 9x1 uint8", func(o *operands) { o.rows.Order.DType = backend.Uint8 }},
		{"LinearForward/rows", "rows.Cursor is 2x1", func(o *operands) { o.rows.Cursor.Rows++ }},
		{"LinearForward/rows", "rows -1 to 3 of an order of 9", func(o *operands) { o.rows.Offset = -1 }},
		{"LinearForward/rows", "rows 6 to 10 of an order of 9", func(o *operands) { o.rows.Offset = 6 }},
		{"LinearForward/rows", "rows 5 to 5 of an order of 9", func(o *operands) { o.rows.Count = 0 }},
		{"LinearForward/rows", "w is 6x3", func(o *operands) { o.rows.Data.Cols = 5 }},
		{"LinearForward/rows", "an output shares its memory", func(o *operands) { o.y.Buffer = o.rows.Data.Buffer }},

		{"LinearBackwardInput", "dx is 4x5", func(o *operands) { o.dx.Cols-- }},
		{"LinearBackwardInput", "dx is 3x6", func(o *operands) { o.dx.Rows-- }},
		{"LinearBackwardInput", "dy is 4x2", func(o *operands) { o.dy.Cols-- }},
		{"LinearBackwardInput", "w is 6x3 uint8", func(o *operands) { o.w.DType = backend.Uint8 }},
		{"LinearBackwardInput", "x is 5x6", func(o *operands) { o.x.Rows++ }},
		{"LinearBackwardInput", "unknown activation 7", func(o *operands) { o.act = 7 }},
		{"LinearBackwardInput", "an output shares its memory", func(o *operands) { o.dx.Buffer = o.dy.Buffer }},
		{"LinearBackwardInput", "an output shares its memory", func(o *operands) { o.dx.Buffer = o.x.Buffer }},

		{"LinearBackwardWeight", "dw is 3x6", func(o *operands) { o.dw.Rows, o.dw.Cols = 3, 6 }},
		{"LinearBackwardWeight", "db is 3x1", func(o *operands) { o.db.Rows, o.db.Cols = 3, 1 }},
		{"LinearBackwardWeight", "dy is 3x3", func(o *operands) { o.dy.Rows-- }},
		{"LinearBackwardWeight", "an output shares its memory", func(o *operands) { o.dw.Buffer = o.x.Buffer }},
		{"LinearBackwardWeight", "an output shares its memory", func(o *operands) { o.db.Buffer = o.dy.Buffer }},
		{"LinearBackwardWeight/rows", "an output shares its memory", func(o *operands) { o.db.Buffer = o.rows.Order.Buffer }},

		{"LinearSGD", "w is 5x3", func(o *operands) { o.w.Rows-- }},
		{"LinearSGD", "b is 1x4", func(o *operands) { o.b.Cols++ }},
		{"LinearSGD", "sgd.LearningRate is 7x2", func(o *operands) { o.sgd.LearningRate.Cols++ }},
		{"LinearSGD", "sgd.LearningRate is 0x0 none", func(o *operands) { o.sgd.LearningRate = backend.Tensor{} }},
		{"LinearSGD", "sgd.Step is 1x1 float32", func(o *operands) { o.sgd.Step.DType = backend.Float32 }},
		{"LinearSGD", "an output shares its memory", func(o *operands) { o.w.Buffer = o.x.Buffer }},
		{"LinearSGD", "an output shares its memory", func(o *operands) { o.w.Buffer = o.b.Buffer }},
		{"LinearSGD/rows", "an output shares its memory", func(o *operands) { o.b.Buffer = o.rows.Cursor.Buffer }},

		{"SGDStep", "g is 6x2", func(o *operands) { o.dw.Cols-- }},
		{"SGDStep", "p is 6x3 float64", func(o *operands) { o.w.DType = backend.Float64 }},
		{"SGDStep", "sgd.Step is 2x1", func(o *operands) { o.sgd.Step.Rows++ }},
		{"SGDStep", "an output shares its memory", func(o *operands) { o.w.Buffer = o.dw.Buffer }},
		{"SGDStep", "an output shares its memory", func(o *operands) { o.w.Buffer = o.sgd.LearningRate.Buffer }},

		{"MomentumStep", "p is 6x3 int32", func(o *operands) { o.w.DType = backend.Int32 }},
		{"MomentumStep", "g is 6x4", func(o *operands) { o.dw.Cols++ }},
		{"MomentumStep", "v is 5x3", func(o *operands) { o.mean.Rows-- }},
		{"MomentumStep", "v is 6x3 float64", func(o *operands) { o.mean.DType = backend.Float64 }},
		{"MomentumStep", "sgd.LearningRate is 7x2", func(o *operands) { o.sgd.LearningRate.Cols++ }},
		{"MomentumStep", "sgd.Step is 1x1 uint8", func(o *operands) { o.sgd.Step.DType = backend.Uint8 }},
		{"MomentumStep", "an output shares its memory", func(o *operands) { o.w.Buffer = o.dw.Buffer }},
		{"MomentumStep", "an output shares its memory", func(o *operands) { o.w.Buffer = o.sgd.LearningRate.Buffer }},
		{"MomentumStep", "an output shares its memory", func(o *operands) { o.mean.Buffer = o.dw.Buffer }},
		{"MomentumStep", "an output shares its memory", func(o *operands) { o.mean.Buffer = o.sgd.LearningRate.Buffer }},
		{"MomentumStep", "an output shares its memory", func(o *operands) { o.mean.Buffer = o.w.Buffer }},

		{"AdamStep", "p is 6x3 int32", func(o *operands) { o.w.DType = backend.Int32 }},
		{"AdamStep", "g is 6x4", func(o *operands) { o.dw.Cols++ }},
		{"AdamStep", "m is 5x3", func(o *operands) { o.mean.Rows-- }},
		{"AdamStep", "m is 6x3 float64", func(o *operands) { o.mean.DType = backend.Float64 }},
		{"AdamStep", "v is 5x3", func(o *operands) { o.square.Rows-- }},
		{"AdamStep", "v is 6x3 float64", func(o *operands) { o.square.DType = backend.Float64 }},
		{"AdamStep", "sgd.LearningRate is 7x2", func(o *operands) { o.sgd.LearningRate.Cols++ }},
		{"AdamStep", "sgd.Step is 1x1 uint8", func(o *operands) { o.sgd.Step.DType = backend.Uint8 }},
		{"AdamStep", "an output shares its memory", func(o *operands) { o.w.Buffer = o.dw.Buffer }},
		{"AdamStep", "an output shares its memory", func(o *operands) { o.w.Buffer = o.sgd.LearningRate.Buffer }},
		{"AdamStep", "an output shares its memory", func(o *operands) { o.mean.Buffer = o.dw.Buffer }},
		{"AdamStep", "an output shares its memory", func(o *operands) { o.mean.Buffer = o.sgd.LearningRate.Buffer }},
		{"AdamStep", "an output shares its memory", func(o *operands) { o.square.Buffer = o.dw.Buffer }},
		{"AdamStep", "an output shares its memory", func(o *operands) { o.square.Buffer = o.sgd.LearningRate.Buffer }},
		{"AdamStep", "an output shares its memory", func(o *operands) { o.mean.Buffer = o.w.Buffer }},
		{"AdamStep", "an output shares its memory", func(o *operands) { o.square.Buffer = o.w.Buffer }},
		{"AdamStep", "an output shares its memory", func(o *operands) { o.mean.Buffer = o.square.Buffer }},

		{"CrossEntropy", "logits is 4x3 float64", func(o *operands) { o.y.DType = backend.Float64 }},
		{"CrossEntropy", "dlogits is 4x2", func(o *operands) { o.dlogits.Cols-- }},
		{"CrossEntropy", "an output shares its memory", func(o *operands) { o.dlogits.Buffer = o.y.Buffer }},
		{"CrossEntropy", "labels are 3x1, not 4x1", func(o *operands) { o.labels.Count-- }},
		{"CrossEntropy", "labels are 4x2, not 4x1", func(o *operands) { o.labels.Data.Cols++ }},
		{"CrossEntropy", "rows.Data is 20x1 int32", func(o *operands) { o.labels.Data.DType = backend.Int32 }},
		{"CrossEntropy", "tally.Loss is 7x1 float32", func(o *operands) { o.tally.Loss.DType = backend.Float32 }},
		{"CrossEntropy", "tally.Hits is 6x1", func(o *operands) { o.tally.Hits.Rows-- }},
		{"CrossEntropy", "tally.Step is 1x2", func(o *operands) { o.tally.Step.Cols++ }},

		{"Advance", "step is 2x1", func(o *operands) { o.step.Rows++ }},
		{"Advance", "cursor is 1x1 float32", func(o *operands) { o.cursor.DType = backend.Float32 }},
	}
	for _, test := range tests {
		a, o := new(accept), newOperands()
		test.spoil(o)
		verb, _, _ := strings.Cut(test.verb, "/")
		t.Run(verb+": "+test.text, func(t *testing.T) {
			wantPanic(t, verb+": ", func() { verbs[test.verb](backend.Checked(a), o) })
			wantPanic(t, test.text, func() { verbs[test.verb](backend.Checked(a), o) })
			if a.verb != "" {
				t.Errorf("%s was passed on", a.verb)
			}
		})
	}
}
