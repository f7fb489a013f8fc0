package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"mnistgpu/internal/draw"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
)

// foundRates is the result of a range test: the object that lr-find --json prints.
// Rates are rounded to two digits, as they are in the text for people.
type foundRates struct {
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

func newFoundRates(s *settings, dir *run.Dir, data *mnist.Dataset, curve train.RangeCurve, r train.SuggestedRates) *foundRates {
	f := &foundRates{
		Status: "done", Data: data.Name, Optimizer: string(s.config.Optimizer), Batch: s.config.Batch,
		Suggestion: twoDigits(r.Valley), Steepest: twoDigits(r.Steepest), Lowest: twoDigits(r.Lowest),
		Points: len(curve.Rates), RunDir: dir.Path,
	}
	f.Triangular = [2]float64{f.Steepest, f.Lowest}
	if r.Diverges > 0 {
		rate := twoDigits(r.Diverges)
		f.Diverges = &rate
	}
	return f
}

// print writes the result, for a program or for people.
func (f *foundRates) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(f)
	}
	diverges := "no rate diverges"
	if f.Diverges != nil {
		diverges = "diverges near " + rateText(*f.Diverges)
	}
	_, err := fmt.Fprintf(w, "suggest %s (valley), steepest %s, lowest %s, %s\nfor cycles: --lr-schedule triangular --lr-min %s --lr %s\npicture in %s\n",
		rateText(f.Suggestion), rateText(f.Steepest), rateText(f.Lowest), diverges,
		rateText(f.Triangular[0]), rateText(f.Triangular[1]), filepath.Join(f.RunDir, "lr-find.png"))
	return err
}

// picture draws the curve.
func (f *foundRates) picture(curve train.RangeCurve) ([]byte, error) {
	p := draw.RangeTest{
		Title: fmt.Sprintf("Learning rates on %s: %s, batches of %d", f.Data, f.Optimizer, f.Batch),
		Rates: curve.Rates, Losses: curve.Losses, Smoothed: curve.Smoothed(), Suggestion: f.Suggestion,
		Marks: []draw.RateMark{{Name: "steepest", Rate: f.Steepest}, {Name: "lowest", Rate: f.Lowest}},
	}
	if f.Diverges != nil {
		p.Marks = append(p.Marks, draw.RateMark{Name: "diverges", Rate: *f.Diverges})
	}
	return p.PNG()
}

// rateText formats a rate as briefly as possible.
func rateText(rate float64) string { return strconv.FormatFloat(rate, 'g', -1, 64) }

// twoDigits rounds a rate to two digits; more would mean nothing.
func twoDigits(rate float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(rate, 'g', 2, 64), 64)
	if err != nil {
		panic("mnistgpu: a rate that is not a number")
	}
	return rounded
}
