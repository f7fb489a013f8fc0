package backendtest

import (
	"math"
	"testing"
)

// TestRules gives each rule values that it must accept and values that it must not. NaN
// and infinity pass only next to the same value.
func TestRules(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	tests := []struct {
		name            string
		rule            rule
		got, want, size float64
		ok              bool
	}{
		{"exact, equal", exact, 3, 3, 0, true},
		{"exact, zeros of both signs", exact, math.Copysign(0, -1), 0, 0, true},
		{"exact, next float32", exact, float64(math.Nextafter32(3, 4)), 3, 0, false},
		{"exact, NaN for a number", exact, nan, 3, 0, false},
		{"exact, number for NaN", exact, 3, nan, 0, false},
		{"exact, NaN for NaN", exact, nan, nan, 0, true},
		{"exact, infinity for a number", exact, inf, 3, 0, false},

		{"near, at the limit", near(0.5), 3.5, 3, 0, true},
		{"near, above the limit", near(0.5), 3.5001, 3, 0, false},
		{"near, NaN", near(0.5), nan, 3, 0, false},
		{"near, NaN limit", near(nan), 3.5, 3, 0, false},
		{"near, infinity", near(0.5), inf, 3, 0, false},

		{"within, at the limit", within([]float64{0.5}), 3.5, 3, 0, true},
		{"within, above the limit", within([]float64{0.5}), 3.5001, 3, 0, false},
		{"within, NaN", within([]float64{0.5}), nan, 3, 0, false},
		{"within, NaN limit", within([]float64{nan}), 3.5, 3, 0, false},
		{"within, infinity", within([]float64{0.5}), inf, 3, 0, false},

		{"sum of 2, e is 2", sum(2), 3 + 2*u*8, 3, 8, true},
		{"sum of 2, e is 2.1", sum(2), 3 + 2.1*u*8, 3, 8, false},
		{"sum of 100, e is 22", sum(100), 3 - 22*u*8, 3, 8, true},
		{"sum of 100, e is 22.1", sum(100), 3 - 22.1*u*8, 3, 8, false},
		{"sum, size 0, equal", sum(100), 0, 0, 0, true},
		{"sum, size 0, not equal", sum(100), 1e-30, 0, 0, false},
		{"sum, NaN", sum(100), nan, 3, 8, false},
		{"sum, NaN size", sum(100), 3.1, 3, nan, false},
		{"sum, infinity", sum(100), -inf, 3, 8, false},

		{"frobenius, at the limit", frobenius(0.25), 5, 4, 0, true},
		{"frobenius, above the limit", frobenius(0.25), 5.01, 4, 0, false},
		{"frobenius, NaN", frobenius(0.25), nan, 4, 0, false},
		{"frobenius, NaN for NaN", frobenius(0.25), nan, nan, 0, false},
		{"frobenius, infinity", frobenius(0.25), inf, 4, 0, false},
	}
	for _, test := range tests {
		err := test.rule.judge([]float64{test.got}, []float64{test.want}, []float64{test.size})
		if ok := err == nil; ok != test.ok {
			t.Errorf("%s: accepted is %v (%v), want %v", test.name, ok, err, test.ok)
		}
	}
}

// TestRulesOfLength shows that a missing element is a fault.
func TestRulesOfLength(t *testing.T) {
	for name, r := range map[string]rule{"exact": exact, "near": near(1), "within": within([]float64{1, 1}), "sum": sum(9)} {
		if err := r.judge([]float64{1}, []float64{1, 1}, []float64{1, 1}); err == nil {
			t.Errorf("%s takes one element for two", name)
		}
	}
}

// TestRootMeanSquare shows that errors which pass for each element are found in the
// mean, from 1000 outputs on.
func TestRootMeanSquare(t *testing.T) {
	for _, test := range []struct {
		outputs int
		e       float64
		ok      bool
	}{
		{rmsOutputs, 3.9, true},
		{rmsOutputs, 4.1, false},
		{rmsOutputs - 1, 4.1, true},
	} {
		ones := repeat(1, test.outputs)
		got := repeat(1+test.e*u, test.outputs)
		if err := sum(784).judge(got, ones, ones); (err == nil) != test.ok {
			t.Errorf("%d outputs off by %v: %v, want accepted %v", test.outputs, test.e, err, test.ok)
		}
	}
}

func TestSameBits(t *testing.T) {
	nan, negative := math.NaN(), math.Copysign(0, -1)
	for _, test := range []struct {
		got, want float64
		same      bool
	}{
		{1, 1, true},
		{0, negative, false},
		{1, 1 + 0x1p-52, false},
		{nan, nan, true},
		{nan, 1, false},
		{1, nan, false},
	} {
		if err := sameBits([]float64{test.got}, []float64{test.want}); (err == nil) != test.same {
			t.Errorf("%v and %v: %v, want same %v", test.got, test.want, err, test.same)
		}
	}
}
