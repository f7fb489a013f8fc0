package infer

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestConfusionByHand(t *testing.T) {
	labels := []byte{0, 0, 0, 1, 1, 3}
	predicted := []int{0, 0, 1, 1, 0, 0}
	confusion := Confusion(labels, predicted, 4)
	if diff := cmp.Diff([][]int{{2, 1, 0, 0}, {1, 1, 0, 0}, {0, 0, 0, 0}, {1, 0, 0, 0}}, confusion); diff != "" {
		t.Fatal(diff)
	}
	want := []Class{
		{Count: 3, Precision: 2.0 / 4, Recall: 2.0 / 3, F1: 4.0 / 7},
		{Count: 2, Precision: 1.0 / 2, Recall: 1.0 / 2, F1: 1.0 / 2},
		{},         // neither had nor given
		{Count: 1}, // had and never given
	}
	if diff := cmp.Diff(want, Classes(confusion)); diff != "" {
		t.Error(diff)
	}
}

// TestCalibrationErrorByHand has a right and a wrong answer in the ninth bin,
// which ends with 0.6, a right one in the tenth and a wrong one in the next.
func TestCalibrationErrorByHand(t *testing.T) {
	p := []float64{0.55, 0.45, 0.4, 0.6, 0.62, 0.38, 0.31, 0.69}
	labels, predicted := []byte{0, 0, 0, 0}, []int{0, 1, 0, 1}
	want := (math.Abs(1-0.55-0.6) + (1 - 0.62) + 0.69) / 4
	// A few roundings of numbers near 1.
	if got := CalibrationError(p, labels, predicted, 2); !(math.Abs(got-want) <= 1e-15) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestCalibrationErrorIsAtItsEnds(t *testing.T) {
	sure := []float64{1, 0, 0, 1}
	for _, test := range []struct {
		labels []byte
		want   float64
	}{
		{[]byte{0, 1}, 0},
		{[]byte{1, 0}, 1},
	} {
		if got := CalibrationError(sure, test.labels, []int{0, 1}, 2); got != test.want {
			t.Errorf("labels %v: %v, want %v", test.labels, got, test.want)
		}
	}
	if got := CalibrationError([]float64{math.NaN(), math.NaN()}, []byte{0}, []int{0}, 2); !math.IsNaN(got) {
		t.Errorf("the error of NaN is %v", got)
	}
}

func TestSoftmax(t *testing.T) {
	// exp(1000) is infinite in float64, so that the shift shows.
	logits := []float32{0, float32(math.Log(3)), 1000, 1000, -1000, 1000}
	want := []float64{0.25, 0.75, 0.5, 0.5, 0, 1}
	for i, got := range Softmax(logits, 2) {
		// Log(3) is rounded to float32.
		if !(math.Abs(got-want[i]) <= 1e-7) {
			t.Errorf("element %d is %v, want %v", i, got, want[i])
		}
	}
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, p := range Softmax([]float32{inf, 0, nan, 0, 0, nan}, 2) {
		if !math.IsNaN(p) {
			t.Errorf("a row that is not finite gave %v", p)
		}
	}
}

func TestPredictTakesTheFirstOfEquals(t *testing.T) {
	got := Predict([]float32{1, 3, 3, 0, 0, -1, -2, -3, -1}, 3)
	if want := []int{1, 0, 2}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
