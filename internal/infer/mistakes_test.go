package infer

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMostConfused(t *testing.T) {
	confusion := [][]int{
		{90, 1, 3},
		{0, 80, 5},
		{3, 0, 70},
	}
	all := []Pair{{1, 2, 5}, {0, 2, 3}, {2, 0, 3}, {0, 1, 1}}
	for n, want := range map[int][]Pair{2: all[:2], 4: all, 100: all} {
		if diff := cmp.Diff(want, MostConfused(confusion, n)); diff != "" {
			t.Errorf("%d pairs: %s", n, diff)
		}
	}
	if pairs := MostConfused([][]int{{4, 0}, {0, 4}}, 3); len(pairs) != 0 {
		t.Errorf("without a mistake: %v", pairs)
	}
}

// TestMostConfident has a mistake of 3/4, two whose probability rounds to 1, and
// two right answers.
func TestMostConfident(t *testing.T) {
	log3 := float32(math.Log(3))
	logits := []float32{
		0, log3,
		5, 0,
		0, 800,
		900, 0,
		0, 9,
	}
	labels := []byte{0, 0, 0, 1, 1}
	mistakes := MostConfident(logits, labels, 2, 9)
	var order []int
	for _, m := range mistakes {
		order = append(order, m.Index)
	}
	if diff := cmp.Diff([]int{3, 2, 0}, order); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff(Mistake{Index: 3, Label: 1, Predicted: 0, Own: 0, Confidence: 1}, mistakes[0]); diff != "" {
		t.Error(diff)
	}
	// Log(3) is rounded to float32.
	if m := mistakes[2]; !(math.Abs(m.Confidence-0.75) <= 1e-7) || !(math.Abs(m.Own-0.25) <= 1e-7) {
		t.Errorf("probabilities %v and %v: want 0.75 and 0.25", m.Confidence, m.Own)
	}
	if first := MostConfident(logits, labels, 2, 1); len(first) != 1 || first[0].Index != 3 {
		t.Errorf("the first is %v", first)
	}
}
