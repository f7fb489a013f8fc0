package train

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
)

// RangeCurve is the result of a range test: the loss at each learning rate, from the
// lowest rate to the highest. The rates are a constant factor apart.
type RangeCurve struct {
	Rates, Losses []float64
}

const (
	// smoothingWidth is the standard deviation, in points, of the Gaussian that
	// smooths the losses, and smoothingReach is how many points to either side it
	// includes.
	smoothingWidth = 2.0
	smoothingReach = 6

	// blowUp is the multiple of the lowest loss that ends a test: nothing is
	// learned at higher rates.
	blowUp = 4
)

// Add adds a point, unless its loss is not finite. It reports whether higher rates
// are worth trying: whether the smoothed loss is at most four times its lowest
// value.
func (c *RangeCurve) Add(rate, loss float64) (more bool) {
	if math.IsNaN(loss - loss) {
		return false
	}
	c.Rates = append(c.Rates, rate)
	c.Losses = append(c.Losses, loss)
	smoothed := c.Smoothed()
	return smoothed[len(smoothed)-1] <= blowUp*slices.Min(smoothed)
}

// CSV returns the points as a table with a header.
func (c RangeCurve) CSV() []byte {
	var b bytes.Buffer
	b.WriteString("learning_rate,loss,smoothed_loss\n")
	for i, smoothed := range c.Smoothed() {
		fmt.Fprintf(&b, "%v,%v,%v\n", c.Rates[i], c.Losses[i], smoothed)
	}
	return b.Bytes()
}

// Smoothed returns the smoothed losses. Each is the mean of the losses around it
// with Gaussian weights, and so does not lag as a running mean would. A loss counts
// as at most four times the first one, so that one that has blown up does not
// affect points far away.
func (c RangeCurve) Smoothed() []float64 {
	smoothed := make([]float64, len(c.Losses))
	for i := range smoothed {
		var sum, weights float64
		for j := max(0, i-smoothingReach); j < min(len(c.Losses), i+smoothingReach+1); j++ {
			d := float64(i-j) / smoothingWidth
			w := math.Exp(-d * d / 2)
			sum += w * min(c.Losses[j], blowUp*c.Losses[0])
			weights += w
		}
		smoothed[i] = sum / weights
	}
	return smoothed
}

// SuggestedRates are the learning rates that [RangeCurve.Suggest] finds in a curve.
type SuggestedRates struct {
	// Steepest is the rate at which the smoothed loss falls fastest, as a function
	// of the logarithm of the rate.
	Steepest float64

	// Lowest is the rate of the lowest smoothed loss.
	Lowest float64

	// Valley is a rate to train with, two thirds of the way from Steepest to Lowest
	// on a logarithmic axis.
	Valley float64

	// Diverges is the first rate above Lowest at which the smoothed loss is at
	// least its first value or four times its lowest, or the loss is not finite.
	// It is 0 if there is no such rate.
	Diverges float64
}

// ErrNoValley says that no rate lowered the loss.
var ErrNoValley = errors.New("no learning rate lowers the loss")

// Suggest evaluates a curve to which all points of the test have been added. If the
// test ended with a loss that was not finite, broke is the rate of that loss,
// otherwise 0. The error is [ErrNoValley].
func (c RangeCurve) Suggest(broke float64) (SuggestedRates, error) {
	smoothed := c.Smoothed()
	if len(smoothed) == 0 {
		return SuggestedRates{}, ErrNoValley
	}
	lowest := slices.Index(smoothed, slices.Min(smoothed))
	if lowest == 0 {
		return SuggestedRates{}, ErrNoValley
	}
	steepest := 0
	slope := func(i int) float64 { return smoothed[i+1] - smoothed[i] }
	for i := range lowest {
		if slope(i) < slope(steepest) {
			steepest = i
		}
	}
	r := SuggestedRates{Steepest: c.Rates[steepest], Lowest: c.Rates[lowest], Diverges: broke}
	r.Valley = math.Cbrt(r.Steepest * r.Lowest * r.Lowest)
	limit := min(smoothed[0], blowUp*smoothed[lowest])
	after := slices.IndexFunc(smoothed[lowest:], func(loss float64) bool { return loss >= limit })
	if after > 0 {
		r.Diverges = c.Rates[lowest+after]
	}
	return r, nil
}
