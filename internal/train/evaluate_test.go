package train

import (
	"context"
	"testing"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
)

// inChunks is a backend with a different number of rows per chunk.
type inChunks struct {
	backend.Backend
	rows int
}

func (c inChunks) ChunkRows() int { return c.rows }

// TestEvaluateAgreesWithTheRun compares bits, in chunks that divide the ten test images
// and in chunks that do not. A model has float32 numbers, so the backend must have them
// too.
func TestEvaluateAgreesWithTheRun(t *testing.T) {
	float32s, err := cpu.Open(cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, chunk := range []int{3, 5, 100} {
		b := inChunks{float32s, chunk}
		r, err := Run(context.Background(), b, tiny, tinyConfig(), new(log), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		a, err := Evaluate(b, r.Model, tiny.Test)
		if err != nil {
			t.Fatal(err)
		}
		last := r.History[len(r.History)-1]
		if a.Loss != last.TestLoss || a.Accuracy != last.TestAccuracy {
			t.Errorf("chunks of %d: loss %v and accuracy %v, want %v and %v", chunk, a.Loss, a.Accuracy, last.TestLoss, last.TestAccuracy)
		}
		if got := hits(a.Logits, tiny.Test.Labels, tiny.Classes); len(a.Logits) != 30 || got != int(10*a.Accuracy+0.5) {
			t.Errorf("chunks of %d: %d logits have %d labels right, want 30 and an accuracy of %v", chunk, len(a.Logits), got, a.Accuracy)
		}
	}
}

// hits counts the rows whose largest logit is the label's.
func hits(logits []float32, labels []byte, classes int) int {
	n := 0
	for i, label := range labels {
		row := logits[i*classes : (i+1)*classes]
		right := true
		for k, z := range row {
			right = right && (k == int(label) || z < row[label])
		}
		if right {
			n++
		}
	}
	return n
}
