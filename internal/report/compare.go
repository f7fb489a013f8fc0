package report

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"

	"mnistgpu/internal/draw"
)

// comparison is the data of compare.html.
type comparison struct {
	Title       string
	Runs        []comparedRun
	Charts      []figure
	Differences []difference
}

// comparedRun is a line of the table, and a curve in the charts.
type comparedRun struct {
	*Run
	Name string
	Best *float64 // test accuracy, nil without an evaluation
	Wins bool     // its best is the best of all runs
}

// difference is a setting that is not the same in all runs.
type difference struct {
	Name   string
	Values []string // one for each run, "" for a run without the setting
}

// Compare returns a page that shows the figures and the curves of runs side by side,
// and the settings in which they differ. It needs no models.
func Compare(all []*Run) ([]byte, error) {
	c := comparison{Title: fmt.Sprintf("%d runs compared", len(all)), Differences: differences(all)}
	names := shortNames(all)
	highest := 0.0
	for i, r := range all {
		run := comparedRun{Run: r, Name: names[i]}
		if best, ok := r.History.Best(); ok {
			run.Best = &best
			highest = max(highest, best)
		}
		c.Runs = append(c.Runs, run)
	}
	for i, r := range c.Runs {
		c.Runs[i].Wins = r.Best != nil && *r.Best == highest
	}
	var err error
	if c.Charts, err = figures(overlaid(all, names)); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = templates.ExecuteTemplate(&b, "compare.html", c)
	return b.Bytes(), err
}

// shortNames returns the last part of each run's path, or the whole path if another
// run has the same last part.
func shortNames(all []*Run) []string {
	var names, paths []string
	for _, r := range all {
		name := filepath.Base(r.Dir)
		if slices.Contains(names, name) {
			paths = append(paths, name)
		}
		names = append(names, name)
	}
	for i, r := range all {
		if slices.Contains(paths, names[i]) {
			names[i] = r.Dir
		}
	}
	return names
}

// overlaid returns panels with a curve for each run.
func overlaid(all []*Run, names []string) []draw.Panel {
	unit := "step"
	for _, r := range all {
		if _, own := axis(r.History); own == "epoch" {
			unit = own
		}
	}
	panels := []draw.Panel{
		accuracyPanel("Test accuracy", unit), lossPanel("Test loss", unit), lossPanel("Training loss", unit),
	}
	for i, r := range all {
		x := r.History.Column(unit)
		for p, y := range [][]float64{
			percents(r.History.Column("test_accuracy")), r.History.Column("test_loss"), r.History.Column("loss"),
		} {
			panels[p].Curves = append(panels[p].Curves, draw.Curve{Name: names[i], X: x, Y: y})
		}
	}
	return panels
}

// differences returns the settings in which runs differ, in the order in which
// they first occur.
func differences(all []*Run) []difference {
	var list []difference
	for i, r := range all {
		for _, s := range r.Settings {
			at := slices.IndexFunc(list, func(d difference) bool { return d.Name == s.Name })
			if at < 0 {
				at = len(list)
				list = append(list, difference{s.Name, make([]string, len(all))})
			}
			list[at].Values[i] = s.Value
		}
	}
	return slices.DeleteFunc(list, func(d difference) bool { return len(slices.Compact(slices.Clone(d.Values))) == 1 })
}
