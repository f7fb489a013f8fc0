package nn

import (
	"math"
	"slices"
	"testing"
)

func TestTruncatedNormal(t *testing.T) {
	const n, std = 100_000, 0.3
	x := TruncatedNormal(newDraw(1), n, std)
	var sum, squares float64
	for _, v := range x {
		if !(math.Abs(float64(v)) <= 2*std) {
			t.Fatalf("drew %v, more than two standard deviations out", v)
		}
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	// Truncated at two standard deviations, the normal distribution has a standard
	// deviation of 0.8796. The limits are five standard errors.
	if mean := sum / n; !(math.Abs(mean) <= 5*0.88*std/math.Sqrt(n)) {
		t.Errorf("mean %v, want 0", mean)
	}
	if got, want := math.Sqrt(squares/n)/std, 0.8796; !(math.Abs(got-want) <= 5*want/math.Sqrt(2*n)) {
		t.Errorf("standard deviation %v, want %v", got, want)
	}
}

func TestSeedsDiffer(t *testing.T) {
	a, again, b := TruncatedNormal(newDraw(1), 50, 1), TruncatedNormal(newDraw(1), 50, 1), TruncatedNormal(newDraw(2), 50, 1)
	if !slices.Equal(a, again) {
		t.Error("the same seed drew other numbers")
	}
	if slices.Equal(a, b) {
		t.Error("another seed drew the same numbers")
	}
}
