package draw

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// linearTicks puts marks at round numbers that are 1, 2 or 5 times a power of ten
// apart.
type linearTicks struct {
	whole bool // whole numbers only
}

// Ticks returns about three to eight marks between min and max.
func (t linearTicks) Ticks(min, max float64) []plot.Tick {
	const most = 7
	step := roundUp((max - min) / most)
	if t.whole {
		step = math.Max(1, step)
	}
	var ticks []plot.Tick
	// The tolerance allows marks at the ends of an axis despite rounding. Adding 0
	// turns -0 into 0.
	for i := math.Ceil(min/step - 1e-6); i <= max/step+1e-6; i++ {
		ticks = append(ticks, plot.Tick{Value: i*step + 0, Label: number(i*step+0, step)})
	}
	return ticks
}

// roundUp rounds x up to 1, 2 or 5 times a power of ten.
func roundUp(x float64) float64 {
	if !(x > 0) {
		return 1
	}
	decade := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if x <= m*decade*(1+1e-9) {
			return m * decade
		}
	}
	return 10 * decade
}

// number formats x with the digits that a step to the next mark needs.
func number(x, step float64) string {
	digits := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	s := strconv.FormatFloat(x, 'f', digits, 64)
	if digits > 5 || len(s) > 7 {
		return short(x)
	}
	return s
}

// short formats a number in few characters: 0.001, 1e-6, 20000, 1e6.
func short(x float64) string {
	s := strconv.FormatFloat(x, 'g', 5, 64)
	if mantissa, exponent, ok := strings.Cut(s, "e"); ok {
		n, err := strconv.Atoi(exponent)
		if err == nil {
			return strings.TrimSuffix(mantissa, ".") + "e" + strconv.Itoa(n)
		}
	}
	return s
}

// logAxis makes an axis logarithmic; its range must be positive. A vertical one
// should have no name: the library reserves room for it in the wrong place.
func logAxis(a *plot.Axis) {
	a.Scale = plot.LogScale{}
	a.Tick.Marker = logTicks{}
}

// logTicks puts marks at 1, 2, ... 9 times each power of ten. The wider the range,
// the fewer of them have a label.
type logTicks struct{}

// Ticks returns the marks between min and max.
func (logTicks) Ticks(min, max float64) []plot.Tick {
	labelled := func(m float64) bool { return m == 1 }
	if span := math.Log10(max / min); span < 1.1 {
		labelled = func(m float64) bool { return m != 7 && m != 9 }
	} else if span < 2.6 {
		labelled = func(m float64) bool { return m == 1 || m == 2 || m == 5 }
	}
	var ticks []plot.Tick
	first, last := int(math.Floor(math.Log10(min))), int(math.Ceil(math.Log10(max)))
	for e := first; e <= last; e++ {
		for m := 1.0; m < 10; m++ {
			tick := plot.Tick{Value: m * math.Pow10(e)}
			if tick.Value < min || tick.Value > max {
				continue
			}
			if labelled(m) {
				tick.Label = short(tick.Value)
			}
			ticks = append(ticks, tick)
		}
	}
	return ticks
}
