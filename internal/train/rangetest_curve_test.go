package train

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// lossAt is the loss of a made-up network at a rate: 2.3 at first, falling around
// 0.1 towards 0.5, and growing without bound from 1 on.
func lossAt(rate float64) float64 {
	return 0.5 + 1.8/(1+math.Pow(rate/0.1, 1.5)) + math.Pow(rate/2, 4)
}

// measured returns the curve of losses at rates from 1e-6 to 10, up to the rate at which
// Add ends the test, and how many of the 100 points were added.
func measured(loss func(i int, rate float64) float64) (c RangeCurve, n int) {
	for n < 100 {
		rate := 1e-6 * math.Pow(1e7, float64(n)/99)
		n++
		if !c.Add(rate, loss(n-1, rate)) {
			break
		}
	}
	return c, n
}

// near reports whether a rate is within a factor of another.
func near(got, want, factor float64) bool { return got >= want/factor && got <= want*factor }

// TestSuggest compares with the numbers of lossAt: by calculus its slope over ln
// rate is steepest at 0.1, and it is lowest at 0.56 and back at 2.3 at a rate of 2.3.
// The Gaussian of two points, each a factor of 1.18 from the next, blurs the cliff by
// about a third.
func TestSuggest(t *testing.T) {
	c, n := measured(func(_ int, rate float64) float64 { return lossAt(rate) })
	if n == 100 || len(c.Rates) != n {
		t.Fatalf("the test took %d rates and kept %d", n, len(c.Rates))
	}
	r, err := c.Suggest(0)
	if err != nil {
		t.Fatal(err)
	}
	if !near(r.Steepest, 0.1, 1.2) || !near(r.Lowest, 0.56, 1.4) || !near(r.Diverges, 2.3, 1.4) {
		t.Errorf("read %+v", r)
	}
	if !near(r.Valley, math.Pow(r.Steepest, 1.0/3)*math.Pow(r.Lowest, 2.0/3), 1.0001) {
		t.Errorf("the valley of %+v is not two thirds of the way", r)
	}
}

// TestSuggestThroughNoise adds the noise of batches.
func TestSuggestThroughNoise(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 0))
	for range 100 {
		c, _ := measured(func(_ int, rate float64) float64 { return lossAt(rate) * (1 + 0.05*draw.NormFloat64()) })
		r, err := c.Suggest(0)
		if err != nil || !near(r.Valley, 0.31, 2) || !near(r.Diverges, 2.3, 1.6) {
			t.Errorf("read %+v, %v", r, err)
		}
	}
}

// TestSmoothedHasNoLag smooths a symmetric valley: its lowest point stays where
// it is, and a straight line stays one.
func TestSmoothedHasNoLag(t *testing.T) {
	var valley, line RangeCurve
	for i := range 41 {
		valley.Losses = append(valley.Losses, 1+math.Abs(float64(i-20))/20)
		line.Losses = append(line.Losses, 2-float64(i)/40)
	}
	v, l := valley.Smoothed(), line.Smoothed()
	for i := range 20 {
		if !(v[i] > v[i+1] && math.Abs(v[i]-v[40-i]) <= 1e-12) {
			t.Fatalf("point %d of the valley is %v, and %v on the other side", i, v[i], v[40-i])
		}
		// The Gaussian is not cut off from point 6 to 34.
		if d := l[i+10] - line.Losses[i+10]; !(math.Abs(d) <= 1e-12) {
			t.Errorf("point %d of the line is off by %v", i+10, d)
		}
	}
}

// TestOneBlowUpDoesNotReachFar has a loss that is huge but finite.
func TestOneBlowUpDoesNotReachFar(t *testing.T) {
	c, n := measured(func(_ int, rate float64) float64 {
		if rate > 2 {
			return 1e30
		}
		return lossAt(rate)
	})
	r, err := c.Suggest(0)
	if err != nil || n == 100 || !near(r.Lowest, 0.56, 1.7) || !near(r.Diverges, 2, 1.5) {
		t.Errorf("read %+v after %d rates, %v", r, n, err)
	}
}

// TestRangeLossesThatAreNotFinite end the test, at any rate.
func TestRangeLossesThatAreNotFinite(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		c, n := measured(func(i int, rate float64) float64 {
			if i == 85 {
				return bad
			}
			return 2 - float64(i)/100
		})
		r, err := c.Suggest(1.23)
		if n != 86 || len(c.Rates) != 85 || err != nil || r.Diverges != 1.23 || r.Lowest != c.Rates[84] {
			t.Errorf("%v: read %+v after %d rates, %v", bad, r, n, err)
		}
		if c, n := measured(func(int, float64) float64 { return bad }); n != 1 || len(c.Rates) != 0 {
			t.Errorf("%v at first: kept %d of %d", bad, len(c.Rates), n)
		}
	}
}

func TestRangeCurveWithoutValley(t *testing.T) {
	growing, _ := measured(func(i int, _ float64) float64 { return 1 + float64(i) })
	for _, c := range []RangeCurve{{}, growing} {
		if _, err := c.Suggest(0); !errors.Is(err, ErrNoValley) {
			t.Errorf("of %d rates: %v", len(c.Rates), err)
		}
	}
}

func TestRangeCurveWithoutDivergence(t *testing.T) {
	c, n := measured(func(i int, _ float64) float64 { return 2 - float64(i)/100 })
	if r, err := c.Suggest(0); n != 100 || err != nil || r.Diverges != 0 || r.Lowest != c.Rates[99] {
		t.Errorf("read %+v after %d rates, %v", r, n, err)
	}
}

func TestRangeCurveCSV(t *testing.T) {
	c := RangeCurve{Rates: []float64{1e-6}, Losses: []float64{2.5}}
	if got, want := string(c.CSV()), "learning_rate,loss,smoothed_loss\n1e-06,2.5,2.5\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
