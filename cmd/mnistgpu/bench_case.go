package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/train"
)

const (
	// sampleTime is the least that a sample should take, so that what the clock
	// and the last wait cost does not show.
	sampleTime = 200 * time.Millisecond

	// maxSampleSteps bounds the tables that a run has for its steps.
	maxSampleSteps = 20_000
)

// benchCase is a preset on a backend, and the times of its steps.
type benchCase struct {
	backend backend.Backend
	config  train.Config
	watch   *train.Stopwatch
	steps   int // of a sample
	samples []time.Duration
}

// newBenchCase prepares a run and warms it up.
func newBenchCase(b backend.Backend, data *mnist.Dataset, c train.Config, repeats int) (*benchCase, error) {
	const warmUp = 3
	c.Epochs, c.Steps = 0, warmUp+1+maxSampleSteps*repeats
	watch, err := train.NewStopwatch(b, data, c)
	if err != nil {
		return nil, err
	}
	if _, err := watch.Time(warmUp); err != nil {
		return nil, err
	}
	step, err := watch.Time(1)
	if err != nil {
		return nil, err
	}
	steps := int(sampleTime/max(step, 1)) + 1
	return &benchCase{backend: b, config: c, watch: watch, steps: min(steps, maxSampleSteps)}, nil
}

// time adds a sample.
func (c *benchCase) time() error {
	step, err := c.watch.Time(c.steps)
	c.samples = append(c.samples, step)
	return err
}

// benchResult is a line of the table.
type benchResult struct {
	Preset          string  `json:"preset"`
	Hidden          []int   `json:"hidden"`
	Batch           int     `json:"batch"`
	Data            string  `json:"data"`
	Backend         string  `json:"backend"`
	Device          string  `json:"device"`
	StepSeconds     float64 `json:"step_seconds"` // median
	Fastest         float64 `json:"fastest_seconds"`
	Slowest         float64 `json:"slowest_seconds"`
	Samples         int     `json:"samples"`
	ImagesPerSecond float64 `json:"images_per_second"`
	GFlops          float64 `json:"gflops"`
	OfDense         float64 `json:"of_dense"` // fraction of 1
}

// benchResults sums the cases up, beside a dense product on each backend.
func benchResults(cases []*benchCase, data string) ([]benchResult, error) {
	dense := map[backend.Backend]float64{}
	var results []benchResult
	for _, c := range cases {
		if dense[c.backend] == 0 {
			gflops, err := denseGFlops(c.backend)
			if err != nil {
				return nil, err
			}
			dense[c.backend] = gflops
		}
		slices.Sort(c.samples)
		step := c.samples[len(c.samples)/2].Seconds()
		gflops := c.watch.Flops() / step / 1e9
		results = append(results, benchResult{
			Preset: c.config.Preset, Hidden: c.config.Hidden, Batch: c.watch.Batch(), Data: data,
			Backend: c.backend.Name(), Device: c.backend.Device(),
			StepSeconds: step, Fastest: c.samples[0].Seconds(), Slowest: c.samples[len(c.samples)-1].Seconds(),
			Samples: len(c.samples), ImagesPerSecond: float64(c.watch.Batch()) / step,
			GFlops: gflops, OfDense: gflops / dense[c.backend],
		})
	}
	return results, nil
}

// denseGFlops times a product without zeros, of the rows that b likes best with
// a 1024 x 1024 matrix, and returns the fastest of ten.
func denseGFlops(b backend.Backend) (float64, error) {
	const n = 1024
	rows := b.ChunkRows()
	values := make([]float32, max(rows, n)*n)
	for i := range values {
		values[i] = float32(i%251+1) / 251
	}
	x, err := backend.New(b, rows, n, values[:rows*n])
	if err != nil {
		return 0, err
	}
	w, err := backend.New(b, n, n, values[:n*n])
	if err != nil {
		return 0, err
	}
	y, err := b.Alloc(backend.Float32, rows, n)
	if err != nil {
		return 0, err
	}
	bias, err := b.Alloc(backend.Float32, 1, n)
	if err != nil {
		return 0, err
	}
	g, err := b.Capture(func(ops backend.Ops) { ops.LinearForward(y, x, w, bias, backend.Identity) })
	if err != nil {
		return 0, err
	}
	best := 0.0
	for range 10 {
		start := time.Now()
		if err := g.Replay(); err != nil {
			return 0, err
		}
		if err := b.Sync(); err != nil {
			return 0, err
		}
		best = max(best, 2*n*n*float64(rows)/time.Since(start).Seconds()/1e9)
	}
	return best, nil
}

// printBench writes the results as a table of Markdown, columns aligned.
func printBench(w io.Writer, results []benchResult) error {
	rows := [][]string{
		{"preset", "hidden", "batch", "device", "step", "fastest - slowest", "images/s", "GFLOP/s", "of dense"},
		{"---", "---", "--:", "---", "--:", "--:", "--:", "--:", "--:"},
	}
	for _, r := range results {
		rows = append(rows, []string{
			r.Preset, (*widths)(&r.Hidden).String(), thousands(r.Batch), r.Device, stepTime(r.StepSeconds),
			stepTime(r.Fastest) + " - " + stepTime(r.Slowest), thousands(int(r.ImagesPerSecond)),
			fmt.Sprintf("%.0f", r.GFlops), fmt.Sprintf("%.0f %%", 100*r.OfDense),
		})
	}
	for _, row := range rows {
		for i := range row {
			longest := slices.MaxFunc(rows, func(a, b []string) int { return len(a[i]) - len(b[i]) })
			row[i] = fmt.Sprintf("%-*s", len(longest[i]), row[i])
		}
		if _, err := fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | ")); err != nil {
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
