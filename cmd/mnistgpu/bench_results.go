package main

import (
	"fmt"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/bench"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/train"
)

// benchResult is a line of the table. The rates are by the median time.
type benchResult struct {
	Preset          string  `json:"preset"`
	Hidden          []int   `json:"hidden"`
	Batch           int     `json:"batch"`
	Data            string  `json:"data"`
	Backend         string  `json:"backend"`
	Device          string  `json:"device"`
	StepSeconds     float64 `json:"step_seconds,omitempty"`  // median, if steps are measured
	EpochSeconds    float64 `json:"epoch_seconds,omitempty"` // median, if epochs are measured
	Fastest         float64 `json:"fastest_seconds"`
	Slowest         float64 `json:"slowest_seconds"`
	Samples         int     `json:"samples"`
	ImagesPerSecond float64 `json:"images_per_second"`
	GFlops          float64 `json:"gflops"`
}

// newBenchResult describes a case that has not been timed yet.
func newBenchResult(b backend.Backend, data *mnist.Dataset, config train.Config, c *bench.Steps) benchResult {
	return benchResult{
		Preset: config.Preset, Hidden: config.Hidden, Batch: c.Batch(), Data: data.Name,
		Backend: b.Name(), Device: b.Device(),
	}
}

// fill fills in the times.
func (r *benchResult) fill(measure string, c *bench.Steps, s bench.Samples) {
	if measure == "epochs" {
		r.EpochSeconds = s.Median()
	} else {
		r.StepSeconds = s.Median()
	}
	r.Fastest, r.Slowest, r.Samples = s.Fastest(), s.Slowest(), len(s)
	r.ImagesPerSecond, r.GFlops = float64(c.Images())/s.Median(), c.Flops()/s.Median()/1e9
}

// tableColumn is a column of the table.
type tableColumn struct {
	head  string
	right bool // aligned to the right
	cell  func(benchResult) string
}

// benchColumns returns the columns of a table of steps or epochs.
func benchColumns(measure string) []tableColumn {
	time := tableColumn{"step", true, func(r benchResult) string { return stepTime(r.StepSeconds) }}
	if measure == "epochs" {
		time = tableColumn{"epoch", true, func(r benchResult) string { return stepTime(r.EpochSeconds) }}
	}
	return []tableColumn{
		{"preset", false, func(r benchResult) string { return r.Preset }},
		{"hidden", false, func(r benchResult) string { return (*widths)(&r.Hidden).String() }},
		{"batch", true, func(r benchResult) string { return thousands(r.Batch) }},
		{"device", false, func(r benchResult) string { return r.Device }},
		time,
		{"fastest - slowest", true, func(r benchResult) string { return stepTime(r.Fastest) + " - " + stepTime(r.Slowest) }},
		{"images/s", true, func(r benchResult) string { return thousands(int(r.ImagesPerSecond)) }},
		{"GFLOP/s", true, func(r benchResult) string { return fmt.Sprintf("%.0f", r.GFlops) }},
	}
}
