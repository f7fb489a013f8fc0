package bench

import (
	"fmt"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

// result is a line of the table. The rates are by the median time.
type result struct {
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

// newResult describes a case that has not been timed yet.
func newResult(b backend.Backend, data *mnist.Dataset, config train.Config, c *steps) result {
	return result{
		Preset: config.Preset, Hidden: config.Hidden, Batch: c.batch(), Data: data.Name,
		Backend: b.Name(), Device: b.Device(),
	}
}

// fill fills in the times.
func (r *result) fill(measure string, c *steps, s samples) {
	if measure == "epochs" {
		r.EpochSeconds = s.median()
	} else {
		r.StepSeconds = s.median()
	}
	r.Fastest, r.Slowest, r.Samples = s.fastest(), s.slowest(), len(s)
	r.ImagesPerSecond, r.GFlops = float64(c.images)/s.median(), c.flops()/s.median()/1e9
}

// column is a column of the table.
type column struct {
	head  string
	right bool // aligned to the right
	cell  func(result) string
}

// columns returns the columns of a table of steps or epochs.
func columns(measure string) []column {
	time := column{"step", true, func(r result) string { return stepTime(r.StepSeconds) }}
	if measure == "epochs" {
		time = column{"epoch", true, func(r result) string { return stepTime(r.EpochSeconds) }}
	}
	return []column{
		{"preset", false, func(r result) string { return r.Preset }},
		{"hidden", false, func(r result) string { return settings.Join(r.Hidden, ",") }},
		{"batch", true, func(r result) string { return ui.Thousands(r.Batch) }},
		{"device", false, func(r result) string { return r.Device }},
		time,
		{"fastest - slowest", true, func(r result) string { return stepTime(r.Fastest) + " - " + stepTime(r.Slowest) }},
		{"images/s", true, func(r result) string { return ui.Thousands(int(r.ImagesPerSecond)) }},
		{"GFLOP/s", true, func(r result) string { return fmt.Sprintf("%.0f", r.GFlops) }},
	}
}
