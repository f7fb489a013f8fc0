package main

import (
	"mnistgpu/internal/bench"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/train"
)

// benchSetting holds the fields that all results of bench start with.
type benchSetting struct {
	Preset  string `json:"preset"`
	Hidden  []int  `json:"hidden"`
	Batch   int    `json:"batch"`
	Data    string `json:"data"`
	Backend string `json:"backend"`
	Device  string `json:"device"`
}

// newBenchSetting describes a case on data.
func newBenchSetting(about subject, data *mnist.Dataset) benchSetting {
	batch := about.config.Batch
	if batch == train.Full {
		batch = data.Train.Len()
	}
	return benchSetting{
		Preset: about.config.Preset, Hidden: about.config.Hidden, Batch: batch, Data: data.Name,
		Backend: about.backend.Name(), Device: about.backend.Device(),
	}
}

// spread says how far apart the samples are.
type spread struct {
	Fastest float64 `json:"fastest_seconds"`
	Slowest float64 `json:"slowest_seconds"`
	Samples int     `json:"samples"`
}

func newSpread(s bench.Samples) spread { return spread{s.Fastest(), s.Slowest(), len(s)} }

func (s spread) String() string { return stepTime(s.Fastest) + " - " + stepTime(s.Slowest) }

// rate is the work done per second, by the median time.
type rate struct {
	ImagesPerSecond float64 `json:"images_per_second"`
	GFlops          float64 `json:"gflops"`
}

func newRate(c *bench.Steps, s bench.Samples) rate {
	return rate{float64(c.Images()) / s.Median(), c.Flops() / s.Median() / 1e9}
}

// stepResult is a line of --measure steps. OfDense is a fraction of 1.
type stepResult struct {
	benchSetting
	StepSeconds float64 `json:"step_seconds"` // median
	spread
	rate
	OfDense float64 `json:"of_dense"`
}

func newStepResult(about subject, data *mnist.Dataset, c *bench.Steps, s bench.Samples) stepResult {
	return stepResult{benchSetting: newBenchSetting(about, data), StepSeconds: s.Median(), spread: newSpread(s), rate: newRate(c, s)}
}

// epochResult is a line of --measure epochs.
type epochResult struct {
	benchSetting
	EpochSeconds float64 `json:"epoch_seconds"` // median
	spread
	rate
	Ratio float64 `json:"time_ratio,omitempty"` // to the first backend
}

func newEpochResult(about subject, data *mnist.Dataset, c *bench.Steps, s bench.Samples, first float64) epochResult {
	return epochResult{
		benchSetting: newBenchSetting(about, data), EpochSeconds: s.Median(), spread: newSpread(s), rate: newRate(c, s),
		Ratio: ratio(s.Median(), first),
	}
}

// ratio returns seconds/first, or 0 if one of the times was lost in noise.
func ratio(seconds, first float64) float64 {
	if seconds <= 0 || first <= 0 {
		return 0
	}
	return seconds / first
}

// productResult is a line of --measure products. It omits what is not known: the rate
// of a case that is not a product, the share of a peak that was not measured, and
// whatever was lost in noise.
type productResult struct {
	benchSetting
	Product string  `json:"product"`
	Seconds float64 `json:"product_seconds"` // median
	spread
	GFlops float64 `json:"gflops,omitempty"`
	Peak   float64 `json:"peak_gflops,omitempty"`
	OfPeak float64 `json:"of_peak,omitempty"` // fraction of 1
	Ratio  float64 `json:"time_ratio,omitempty"`
}

func newProductResult(about subject, data *mnist.Dataset, s bench.Samples, first, peak float64) productResult {
	r := productResult{
		benchSetting: newBenchSetting(about, data), Product: about.product.Name, Seconds: s.Median(), spread: newSpread(s),
		Peak: peak, Ratio: ratio(s.Median(), first),
	}
	if r.Seconds > 0 {
		r.GFlops = about.product.Flops / r.Seconds / 1e9
	}
	if peak > 0 {
		r.OfPeak = r.GFlops / peak
	}
	return r
}
