package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// tableColumn is a column of a table of results.
type tableColumn[R any] struct {
	head  string
	right bool // aligned to the right
	cell  func(R) string
}

var stepColumns = []tableColumn[stepResult]{
	{"preset", false, func(r stepResult) string { return r.Preset }},
	{"hidden", false, func(r stepResult) string { return hiddenText(r.benchSetting) }},
	{"batch", true, func(r stepResult) string { return thousands(r.Batch) }},
	{"device", false, func(r stepResult) string { return r.Device }},
	{"step", true, func(r stepResult) string { return stepTime(r.StepSeconds) }},
	{"fastest - slowest", true, func(r stepResult) string { return r.spread.String() }},
	{"images/s", true, func(r stepResult) string { return thousands(int(r.ImagesPerSecond)) }},
	{"GFLOP/s", true, func(r stepResult) string { return fmt.Sprintf("%.0f", r.GFlops) }},
	{"of dense", true, func(r stepResult) string { return share(r.OfDense) }},
}

func epochColumns(first string) []tableColumn[epochResult] {
	return []tableColumn[epochResult]{
		{"hidden", false, func(r epochResult) string { return hiddenText(r.benchSetting) }},
		{"batch", true, func(r epochResult) string { return thousands(r.Batch) }},
		{"device", false, func(r epochResult) string { return r.Device }},
		{"epoch", true, func(r epochResult) string { return stepTime(r.EpochSeconds) }},
		{"fastest - slowest", true, func(r epochResult) string { return r.spread.String() }},
		{"images/s", true, func(r epochResult) string { return thousands(int(r.ImagesPerSecond)) }},
		{"GFLOP/s", true, func(r epochResult) string { return fmt.Sprintf("%.0f", r.GFlops) }},
		{"time / " + first, true, func(r epochResult) string { return unless0(r.Ratio, "%.2f") }},
	}
}

func productColumns(first string) []tableColumn[productResult] {
	return []tableColumn[productResult]{
		{"hidden", false, func(r productResult) string { return hiddenText(r.benchSetting) }},
		{"batch", true, func(r productResult) string { return thousands(r.Batch) }},
		{"product", false, func(r productResult) string { return r.Product }},
		{"device", false, func(r productResult) string { return r.Device }},
		{"time", true, func(r productResult) string { return stepTime(r.Seconds) }},
		{"fastest - slowest", true, func(r productResult) string { return r.spread.String() }},
		{"GFLOP/s", true, func(r productResult) string { return unless0(r.GFlops, "%.0f") }},
		{"of peak", true, func(r productResult) string { return unless0(100*r.OfPeak, "%.0f %%") }},
		{"time / " + first, true, func(r productResult) string { return unless0(r.Ratio, "%.2f") }},
	}
}

// unless0 formats x, or returns "" for 0, which stands for unknown.
func unless0(x float64, format string) string {
	if x == 0 {
		return ""
	}
	return fmt.Sprintf(format, x)
}

func share(x float64) string { return fmt.Sprintf("%.0f %%", 100*x) }

func hiddenText(s benchSetting) string { return (*widths)(&s.Hidden).String() }

// printTable writes the results as a Markdown table with aligned columns.
func printTable[R any](w io.Writer, results []R, columns []tableColumn[R]) error {
	lines := make([]strings.Builder, 2+len(results))
	for _, c := range columns {
		cells := []string{c.head, "---"}
		if c.right {
			cells[1] = "--:"
		}
		for _, r := range results {
			cells = append(cells, c.cell(r))
		}
		width := len(slices.MaxFunc(cells, func(a, b string) int { return len(a) - len(b) }))
		for i, cell := range cells {
			fmt.Fprintf(&lines[i], "| %-*s ", width, cell)
		}
	}
	for i := range lines {
		if _, err := fmt.Fprintln(w, lines[i].String()+"|"); err != nil {
			return err
		}
	}
	return nil
}

// stepTime formats the time of a step: "12.3 us", "4.56 ms", "1.23 s".
func stepTime(seconds float64) string {
	switch size := math.Abs(seconds); {
	case size < 1e-3:
		return fmt.Sprintf("%.3g us", 1e6*seconds)
	case size < 1:
		return fmt.Sprintf("%.3g ms", 1e3*seconds)
	}
	return fmt.Sprintf("%.3g s", seconds)
}
