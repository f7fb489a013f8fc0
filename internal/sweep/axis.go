package sweep

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// drawStream is the generator's stream for random trials. Different uses of a seed
// have different streams.
const drawStream = 3

// Axis is a setting in which trials differ: a list of values or, for random
// trials, a range.
type Axis struct {
	Name      string
	Values    []string
	Low, High float64 // a range, if there are no Values
}

// ParseAxis parses "0.1,0.5,1" as three values and "0.001:1" as a range of
// positive numbers.
func ParseAxis(name, text string) (Axis, error) {
	if low, high, ok := strings.Cut(text, ":"); ok {
		a := Axis{Name: name}
		var lowErr, highErr error
		a.Low, lowErr = strconv.ParseFloat(low, 64)
		a.High, highErr = strconv.ParseFloat(high, 64)
		if lowErr != nil || highErr != nil || !(0 < a.Low && a.Low < a.High) || math.IsInf(a.High, 0) {
			return Axis{}, errors.New("must be a range of two positive numbers, such as 0.001:1")
		}
		return a, nil
	}
	a := Axis{Name: name, Values: strings.Split(text, ",")}
	for _, v := range a.Values {
		if v == "" {
			return Axis{}, errors.New("must be values between commas, or a range such as 0.001:1")
		}
	}
	return a, nil
}

// Grid returns a trial for each combination of values. The last axis changes
// fastest.
func Grid(axes []Axis) ([][]string, error) {
	trials := [][]string{nil}
	for _, a := range axes {
		if a.Values == nil {
			return nil, fmt.Errorf("%s is a range, which only random trials can draw from", a.Name)
		}
		if len(trials) > MaxTrials/len(a.Values) {
			return nil, fmt.Errorf("more than %d trials", MaxTrials)
		}
		var longer [][]string
		for _, t := range trials {
			for _, v := range a.Values {
				longer = append(longer, append(t[:len(t):len(t)], v))
			}
		}
		trials = longer
	}
	return trials, nil
}

// Random returns n random trials. All values of a list are equally likely; numbers of
// a range are drawn so that their logarithms are uniform, and rounded to whole
// numbers if whole reports true for the name of the axis.
func Random(axes []Axis, n int, base uint64, whole func(name string) bool) [][]string {
	trials := make([][]string, n)
	for i := range trials {
		draw := rand.New(rand.NewPCG(seed(base, i), drawStream))
		for _, a := range axes {
			trials[i] = append(trials[i], a.draw(draw, whole(a.Name)))
		}
	}
	return trials
}

func (a Axis) draw(draw *rand.Rand, whole bool) string {
	if a.Values != nil {
		return a.Values[draw.IntN(len(a.Values))]
	}
	x := a.Low * math.Pow(a.High/a.Low, draw.Float64())
	if whole {
		return strconv.FormatFloat(math.Round(x), 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', 4, 64) // more digits mean nothing for a rate
}
