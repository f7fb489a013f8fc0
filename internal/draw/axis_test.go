package draw

import (
	"slices"
	"testing"

	"gonum.org/v1/plot"
)

// labels returns the labels of the marks that have one.
func labels(ticks []plot.Tick) []string {
	var texts []string
	for _, t := range ticks {
		if t.Label != "" {
			texts = append(texts, t.Label)
		}
	}
	return texts
}

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		ticker   plot.Ticker
		min, max float64
		want     []string
	}{
		{linearTicks{}, 0, 1, []string{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}},
		{linearTicks{}, -0.1, 0.1, []string{"-0.10", "-0.05", "0.00", "0.05", "0.10"}},
		{linearTicks{}, 89.5, 99.7, []string{"90", "92", "94", "96", "98"}},
		{linearTicks{}, 1e-6, 7e-6, []string{"1e-6", "2e-6", "3e-6", "4e-6", "5e-6", "6e-6", "7e-6"}},
		{linearTicks{}, 0, 6e7, []string{"0", "1e7", "2e7", "3e7", "4e7", "5e7", "6e7"}},
		{linearTicks{whole: true}, 0.9, 3.1, []string{"1", "2", "3"}},
		{linearTicks{whole: true}, 4.5, 5.5, []string{"5"}},
		{logTicks{}, 0.9, 6, []string{"1", "2", "3", "4", "5", "6"}},
		{logTicks{}, 0.015, 1.5, []string{"0.02", "0.05", "0.1", "0.2", "0.5", "1"}},
		{logTicks{}, 1700, 90000, []string{"2000", "5000", "10000", "20000", "50000"}},
		{logTicks{}, 1e-6, 10, []string{"1e-6", "1e-5", "0.0001", "0.001", "0.01", "0.1", "1", "10"}},
	} {
		ticks := test.ticker.Ticks(test.min, test.max)
		if got := labels(ticks); !slices.Equal(got, test.want) {
			t.Errorf("%T from %v to %v: %q, want %q", test.ticker, test.min, test.max, got, test.want)
		}
	}
}
