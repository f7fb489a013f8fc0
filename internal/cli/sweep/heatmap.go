package sweep

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"mnistgpu/internal/draw"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/sweep"
)

// widest is the largest number of columns or rows in a chart.
const widest = 40

// heatmap draws the test accuracies over the first two axes that differ: as a table if
// the trials lie on a grid, and otherwise as points. It returns nil if there is nothing
// to compare, or too much.
func heatmap(r *sweep.Results) ([]byte, error) {
	axes := varying(r)
	if len(axes) == 0 || len(r.Records) == 0 {
		return nil, nil
	}
	x, y := axes[len(axes)-1], axes[0]
	if len(axes) > 2 {
		x = axes[1]
	}
	columns, rows := axisValues(r, x), axisValues(r, y)
	if len(axes) == 1 {
		rows = []string{""}
	}
	switch {
	case len(columns)*len(rows) > 2*len(r.Records) && len(axes) > 1:
		return scatter(r, x, y)
	case len(columns) > widest || len(rows) > widest:
		return nil, nil
	}
	h := draw.Heatmap{Title: "Test accuracy, %", X: axisName(r, x), Columns: columns, Rows: rows}
	if len(axes) > 1 {
		h.Y = axisName(r, y)
	}
	if len(axes) > 2 {
		h.Title = "Best test accuracy, %"
	}
	fill(&h, r, x, y)
	return h.PNG()
}

// fill sets the values of a table over the axes x and y: the best of trials that differ
// only in other axes.
func fill(h *draw.Heatmap, r *sweep.Results, x, y int) {
	for range h.Rows {
		h.Values = append(h.Values, slices.Repeat([]float64{math.NaN()}, len(h.Columns)))
		h.Instead = append(h.Instead, slices.Repeat([]string{"–"}, len(h.Columns)))
	}
	for _, record := range r.Records {
		i := max(0, slices.Index(h.Rows, record.Settings[y].Value)) // the only row has no name
		j := slices.Index(h.Columns, record.Settings[x].Value)
		if record.Status == sweep.Diverged {
			h.Instead[i][j] = "diverged"
		} else if v := *record.TestAccuracy; !(h.Values[i][j] >= v) {
			h.Values[i][j] = v
		}
	}
}

// axisName returns the name of an axis in charts.
func axisName(r *sweep.Results, axis int) string {
	name := r.Spec.Axes[axis]
	for _, row := range settings.Axes() {
		if row.Name == name && row.Label != "" {
			return row.Label
		}
	}
	return strings.ReplaceAll(name, "-", " ")
}

// varying lists the axes in which trials differ.
func varying(r *sweep.Results) (axes []int) {
	for k := range r.Spec.Axes {
		if len(axisValues(r, k)) > 1 {
			axes = append(axes, k)
		}
	}
	return axes
}

// axisValues lists the values of an axis, numbers in ascending order and others in the
// order of the trials.
func axisValues(r *sweep.Results, axis int) (values []string) {
	for _, t := range r.Spec.Trials {
		if !slices.Contains(values, t[axis]) {
			values = append(values, t[axis])
		}
	}
	slices.SortStableFunc(values, func(a, b string) int {
		x, xErr := strconv.ParseFloat(a, 64)
		y, yErr := strconv.ParseFloat(b, 64)
		if xErr != nil || yErr != nil || x == y {
			return 0
		}
		return int(math.Copysign(1, x-y))
	})
	return values
}

// scatter draws random trials as points. It returns nil if a value on an axis is not a
// positive number, or if no trial has a result.
func scatter(r *sweep.Results, x, y int) ([]byte, error) {
	s := draw.Scatter{Title: "Test accuracy", X: axisName(r, x), Y: axisName(r, y)}
	for _, record := range r.Records {
		at, ok := point(record, x, y)
		if !ok {
			return nil, nil
		}
		if record.TestAccuracy != nil && record.Status == sweep.Done {
			s.At = append(s.At, at)
			s.Values = append(s.Values, *record.TestAccuracy)
		}
	}
	if len(s.At) == 0 {
		return nil, nil
	}
	return s.PNG()
}

// point returns where the trial of a record lies over the axes x and y, and whether it
// can be drawn on logarithmic scales.
func point(r *sweep.Record, x, y int) (p draw.Point, ok bool) {
	px, xErr := strconv.ParseFloat(r.Settings[x].Value, 64)
	py, yErr := strconv.ParseFloat(r.Settings[y].Value, 64)
	return draw.Point{X: px, Y: py}, xErr == nil && yErr == nil && px > 0 && py > 0
}
