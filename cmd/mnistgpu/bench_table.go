package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// printTable writes the results as a Markdown table with aligned columns.
func printTable(w io.Writer, results []benchResult, columns []tableColumn) error {
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
	switch {
	case seconds < 1e-3:
		return fmt.Sprintf("%.3g us", 1e6*seconds)
	case seconds < 1:
		return fmt.Sprintf("%.3g ms", 1e3*seconds)
	}
	return fmt.Sprintf("%.3g s", seconds)
}
