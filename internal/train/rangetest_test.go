package train

import (
	"context"
	"errors"
	"math"
	"testing"

	"mnistgpu/internal/backend/backendtest"
	"mnistgpu/internal/fault"
)

// point is a rate and its loss.
type point struct{ rate, loss float64 }

// rangeTest returns the points up to the one at which stop, given their number so far,
// returns true.
func rangeTest(t *testing.T, c Config, r Range, stop func(n int) bool) (points []point) {
	t.Helper()
	err := RangeTest(t.Context(), new(backendtest.Reference), tiny, c, r, func(rate, loss float64) bool {
		points = append(points, point{rate, loss})
		return !stop(len(points))
	})
	if err != nil {
		t.Fatal(err)
	}
	return points
}

func never(int) bool { return false }

func TestRangeTestGoesThroughTheRates(t *testing.T) {
	r := Range{Low: 1e-6, High: 10, Points: 15, Steps: 3}
	c := tinyConfig()
	// Settings that a range test ignores.
	c.Steps, c.ValFraction, c.Patience, c.EvalEvery, c.Schedule.Kind = 7, 0.5, 3, 1, oneCycleRate
	points := rangeTest(t, c, r, never)
	if len(points) != 15 {
		t.Fatalf("%d points", len(points))
	}
	for i, p := range points {
		// The rounding of fourteen factors.
		if want := math.Pow(10, -6+float64(i)/2); !(math.Abs(p.rate-want) <= 1e-12*want) {
			t.Errorf("rate %d is %v, want %v", i, p.rate, want)
		}
	}
	lowest := points[0].loss
	for _, p := range points {
		lowest = min(lowest, p.loss)
	}
	if !(lowest < 0.9*points[0].loss) || !(points[14].loss > 2*lowest) {
		t.Errorf("the losses neither fall nor grow: %v", points)
	}
	for i, p := range rangeTest(t, c, r, never) {
		if p != points[i] {
			t.Errorf("the second time point %d is %v, not %v", i, p, points[i])
		}
	}
}

// TestRangeTestTakesTheStepsOfARun compares with a run at a constant rate.
func TestRangeTestTakesTheStepsOfARun(t *testing.T) {
	c := tinyConfig()
	got := rangeTest(t, c, Range{Low: 0.5, High: 0.5, Points: 2, Steps: 3}, never)
	want, _ := run(t, c, 64) // with an evaluation after every three steps
	for i, p := range got {
		if p.rate != 0.5 || p.loss != want.History[i].Loss {
			t.Errorf("point %d is %v, want the loss %v", i, p, want.History[i].Loss)
		}
	}
}

func TestRangeTestStopsWhenTold(t *testing.T) {
	r := Range{Low: 1e-3, High: 1, Points: 10, Steps: 1}
	if got := rangeTest(t, tinyConfig(), r, func(n int) bool { return n == 4 }); len(got) != 4 {
		t.Errorf("%d points, want 4", len(got))
	}
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	n := 0
	err := RangeTest(ctx, new(backendtest.Reference), tiny, tinyConfig(), r, func(float64, float64) bool {
		n++
		cancel(cause)
		return true
	})
	if !errors.Is(err, cause) || n != 1 {
		t.Errorf("%v after %d points", err, n)
	}
	c := tinyConfig()
	c.Batch = 21
	if err := RangeTest(t.Context(), new(backendtest.Reference), tiny, c, r, nil); !fault.Is(err, fault.BadUsage) {
		t.Errorf("a batch larger than the data gave %v", err)
	}
}
