package train

import (
	"bytes"
	"math"
	"testing"

	"mnistgpu/internal/mnist"
)

// labelsOf returns counts[k] labels of each class k.
func labelsOf(counts ...int) []byte {
	var labels []byte
	for k, n := range counts {
		labels = append(labels, bytes.Repeat([]byte{byte(k)}, n)...)
	}
	return labels
}

func TestChance(t *testing.T) {
	for _, test := range []struct {
		counts         []int
		loss, accuracy float64
	}{
		{[]int{5, 5, 5, 5, 5, 5, 5, 5, 5, 5}, math.Log(10), 0.1},
		{[]int{1, 3}, 0.25*math.Log(4) + 0.75*math.Log(4.0/3), 0.75},
		{[]int{0, 7, 0}, 0, 1},
	} {
		c := ChanceOf(labelsOf(test.counts...))
		if !(math.Abs(c.Loss-test.loss) < 1e-14) || c.Accuracy != test.accuracy { // a sum of ten terms below 1
			t.Errorf("%v: chance is %+v, want %v and %v", test.counts, c, test.loss, test.accuracy)
		}
	}
}

func TestChanceBeaten(t *testing.T) {
	c := Chance{Loss: 2.3, Accuracy: 0.1}
	for _, test := range []struct {
		loss, accuracy float64
		want           bool
	}{
		{2.29, 0.11, true},
		{2.3, 0.11, false},  // a loss at chance
		{2.29, 0.1, false},  // an accuracy at chance
		{2.5, 0.18, false},  // may be luck
		{2.5, 0.2, true},    // more than a tenth of the 0.9 left
		{429900, 0.9, true}, // of large weights
		{429900, 0.1, false},
		{math.Inf(1), 0.5, true},
		{math.NaN(), 0.11, false},
		{2.29, math.NaN(), false},
	} {
		if got := c.Beaten(test.loss, test.accuracy); got != test.want {
			t.Errorf("loss %v, accuracy %v: beaten is %v", test.loss, test.accuracy, got)
		}
	}
}

// TestLearnedNothing checks runs of four test images, of which three are of class 0, that
// were trained on as many of each.
func TestLearnedNothing(t *testing.T) {
	data := &mnist.Dataset{Train: mnist.Split{Labels: labelsOf(50, 50)}, Test: mnist.Split{Labels: labelsOf(3, 1)}}
	for _, test := range []struct {
		name string
		kept Record
		want bool
	}{
		{"learned", Record{Loss: 0.1, TrainAccuracy: 0.98, TestLoss: 0.2, TestAccuracy: 1}, false},
		{"learned, though the last epoch began with nothing", Record{Loss: 5, TrainAccuracy: 0.5, TestLoss: 0.2, TestAccuracy: 1}, false},
		{"learned, though the test images are others", Record{Loss: 0.1, TrainAccuracy: 0.98, TestLoss: 5, TestAccuracy: 0}, false},
		{"one answer", Record{Loss: 0.694, TrainAccuracy: 0.5, TestLoss: 0.7, TestAccuracy: 0.25}, true},
		{"large loss", Record{Loss: 429900, TrainAccuracy: 0.5, TestLoss: 4e5, TestAccuracy: 0.5}, true},
		{"hardly a step", Record{Loss: 0.7, TrainAccuracy: 0.51, TestLoss: 0.7, TestAccuracy: 0.5}, true},
		{"NaN", Record{Loss: math.NaN(), TrainAccuracy: 0.5, TestLoss: math.NaN(), TestAccuracy: 0.5}, true},
	} {
		r := &Result{Epochs: 1, History: []Record{test.kept, {Loss: 0.1, TrainAccuracy: 1, TestAccuracy: 1}}}
		if got := r.LearnedNothing(data); got != test.want {
			t.Errorf("%s: learned nothing is %v", test.name, got)
		}
		if r.Epochs = 0.99; r.LearnedNothing(data) {
			t.Errorf("%s: learned nothing in less than an epoch", test.name)
		}
	}
}
