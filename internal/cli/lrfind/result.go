package lrfind

import (
	"fmt"
	"path/filepath"
	"strconv"

	"mnistgpu/internal/draw"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

// result is what a range test found: the object that lr-find --json prints. Rates are
// rounded to two digits, as they are in the text for people.
type result struct {
	Status     string     `json:"status"` // done
	Data       string     `json:"data"`
	Optimizer  string     `json:"optimizer"`
	Batch      int        `json:"batch"`
	Suggestion float64    `json:"suggestion"`
	Steepest   float64    `json:"steepest"`
	Lowest     float64    `json:"lowest"`
	Diverges   *float64   `json:"diverges"`   // null if no rate did
	Triangular [2]float64 `json:"triangular"` // lr-min and lr
	Points     int        `json:"points"`
	RunDir     string     `json:"run_dir"`
}

func (t *rangeTest) newResult(found train.SuggestedRates) *result {
	r := &result{
		Status: "done", Data: t.data.Name, Optimizer: string(t.v.Train.Optimizer), Batch: t.v.Train.Batch,
		Suggestion: twoDigits(found.Valley), Steepest: twoDigits(found.Steepest), Lowest: twoDigits(found.Lowest),
		Points: len(t.curve.Rates), RunDir: t.dir.Path,
	}
	r.Triangular = [2]float64{r.Steepest, r.Lowest}
	if found.Diverges > 0 {
		rate := twoDigits(found.Diverges)
		r.Diverges = &rate
	}
	return r
}

// print prints the result, for a program or for people.
func (r *result) print(o *ui.IO, asJSON bool) {
	if asJSON {
		o.JSON(r)
		return
	}
	diverges := "no rate diverges"
	if r.Diverges != nil {
		diverges = "diverges near " + rateText(*r.Diverges)
	}
	o.Printf("suggest %s (valley), steepest %s, lowest %s, %s\nfor cycles: --lr-schedule triangular --lr-min %s --lr %s\npicture in %s\n",
		rateText(r.Suggestion), rateText(r.Steepest), rateText(r.Lowest), diverges,
		rateText(r.Triangular[0]), rateText(r.Triangular[1]), filepath.Join(r.RunDir, chartFile))
}

// chart draws the curve.
func (r *result) chart(curve train.RangeCurve) ([]byte, error) {
	c := draw.RangeTest{
		Title: fmt.Sprintf("Learning rates on %s: %s, batches of %d", r.Data, r.Optimizer, r.Batch),
		Rates: curve.Rates, Losses: curve.Losses, Smoothed: curve.Smoothed(), Suggestion: r.Suggestion,
		Marks: []draw.RateMark{{Name: "steepest", Rate: r.Steepest}, {Name: "lowest", Rate: r.Lowest}},
	}
	if r.Diverges != nil {
		c.Marks = append(c.Marks, draw.RateMark{Name: "diverges", Rate: *r.Diverges})
	}
	return c.PNG()
}

// rateText formats a rate as briefly as possible.
func rateText(rate float64) string { return strconv.FormatFloat(rate, 'g', -1, 64) }

// twoDigits rounds a rate to two digits; more would mean nothing.
func twoDigits(rate float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(rate, 'g', 2, 64), 64)
	if err != nil {
		panic("lrfind: a rate that is not a number")
	}
	return rounded
}
