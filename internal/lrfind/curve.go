// Package lrfind reads the curve of a learning rate range test: the loss of a
// network whose learning rate grows from step to step.
package lrfind

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Curve is the loss at each learning rate, from the lowest rate to the highest.
// The rates are a constant factor apart.
type Curve struct {
	Rates, Losses []float64
}

const (
	// width is the standard deviation, in points, of the bell that smooths the
	// losses, and reach how far it is followed.
	width = 2.0
	reach = 6

	// blowUp is how many times the best loss ends a test: nothing is learned
	// from there on.
	blowUp = 4
)

// Add adds a point, unless its loss is not finite. It reports whether higher
// rates are worth a try: as long as the smoothed loss is at most four times its
// lowest.
func (c *Curve) Add(rate, loss float64) (more bool) {
	if math.IsNaN(loss - loss) {
		return false
	}
	c.Rates = append(c.Rates, rate)
	c.Losses = append(c.Losses, loss)
	smoothed := c.Smoothed()
	return smoothed[len(smoothed)-1] <= blowUp*slices.Min(smoothed)
}

// CSV returns the points as a table with a header.
func (c Curve) CSV() []byte {
	var b bytes.Buffer
	b.WriteString("learning_rate,loss,smoothed_loss\n")
	for i, smoothed := range c.Smoothed() {
		fmt.Fprintf(&b, "%v,%v,%v\n", c.Rates[i], c.Losses[i], smoothed)
	}
	return b.Bytes()
}

// Smoothed returns the losses, each the mean of those around it with the weights
// of a bell, and so without the lag of a running mean. A loss counts at most as
// four times the first one, so that one that has blown up does not reach far.
func (c Curve) Smoothed() []float64 {
	smoothed := make([]float64, len(c.Losses))
	for i := range smoothed {
		var sum, weights float64
		for j := max(0, i-reach); j < min(len(c.Losses), i+reach+1); j++ {
			d := float64(i-j) / width
			w := math.Exp(-d * d / 2)
			sum += w * min(c.Losses[j], blowUp*c.Losses[0])
			weights += w
		}
		smoothed[i] = sum / weights
	}
	return smoothed
}

// Reading is what a curve says.
type Reading struct {
	// Steepest is the rate at which the smoothed loss falls fastest, by the
	// logarithm of the rate.
	Steepest float64

	// Lowest is the rate of the lowest smoothed loss.
	Lowest float64

	// Valley is a rate to train with, two thirds of the way from Steepest to Lowest
	// on a logarithmic axis.
	Valley float64

	// Diverges is the first rate above Lowest at which the smoothed loss is
	// back at its first value, or at four times its lowest, or not finite, or 0
	// if there is none.
	Diverges float64
}

// ErrNoValley says that no rate lowered the loss.
var ErrNoValley = errors.New("no learning rate lowers the loss")

// Read reads a curve of which all points that the test gave have been added; if
// the test ended with a loss that was not finite, broke is its rate, or else 0.
// The error is [ErrNoValley].
func (c Curve) Read(broke float64) (Reading, error) {
	smoothed := c.Smoothed()
	if len(smoothed) == 0 {
		return Reading{}, ErrNoValley
	}
	lowest := slices.Index(smoothed, slices.Min(smoothed))
	if lowest == 0 {
		return Reading{}, ErrNoValley
	}
	steepest := 0
	slope := func(i int) float64 { return smoothed[i+1] - smoothed[i] }
	for i := range lowest {
		if slope(i) < slope(steepest) {
			steepest = i
		}
	}
	r := Reading{Steepest: c.Rates[steepest], Lowest: c.Rates[lowest], Diverges: broke}
	r.Valley = math.Cbrt(r.Steepest * r.Lowest * r.Lowest)
	limit := min(smoothed[0], blowUp*smoothed[lowest])
	after := slices.IndexFunc(smoothed[lowest:], func(loss float64) bool { return loss >= limit })
	if after > 0 {
		r.Diverges = c.Rates[lowest+after]
	}
	return r, nil
}
