package main

import (
	"encoding/json"
	"os"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/bench"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/train"
)

// subject is what a case measures.
type subject struct {
	backend backend.Backend
	config  train.Config
	product *bench.Product // or nil
}

func (s *benchSettings) timeSteps(backends []backend.Backend, data *mnist.Dataset) error {
	var about []subject
	var cases []*bench.Steps
	for _, b := range backends {
		for _, config := range s.configs() {
			c, err := bench.NewSteps(b, data, config, s.repeats, s.sample)
			if err != nil {
				return err
			}
			about, cases = append(about, subject{backend: b, config: config}), append(cases, c)
		}
	}
	samples, err := runBench(cases, s.repeats)
	if err != nil {
		return err
	}
	dense := map[backend.Backend]float64{}
	for _, b := range backends {
		if dense[b], err = bench.DenseGFlops(b); err != nil {
			return err
		}
	}
	var results []stepResult
	for i, c := range cases {
		r := newStepResult(about[i], data, c, samples[i])
		r.OfDense = r.GFlops / dense[about[i].backend]
		results = append(results, r)
	}
	return printResults(s.json, results, stepColumns)
}

func (s *benchSettings) timeEpochs(backends []backend.Backend, data *mnist.Dataset) error {
	var about []subject
	var cases []*bench.Steps
	for _, config := range s.configs() {
		for _, b := range backends {
			c, err := bench.NewEpoch(b, data, config, s.repeats, max(1, s.sample))
			if err != nil {
				return err
			}
			about, cases = append(about, subject{backend: b, config: config}), append(cases, c)
		}
	}
	samples, err := runBench(cases, s.repeats)
	if err != nil {
		return err
	}
	var results []epochResult
	for i, c := range cases {
		first := samples[i/len(backends)*len(backends)].Median()
		results = append(results, newEpochResult(about[i], data, c, samples[i], first))
	}
	return printResults(s.json, results, epochColumns(multiplier(backends[0])))
}

// timeProducts times the products of a step. The backends of one product are adjacent.
func (s *benchSettings) timeProducts(backends []backend.Backend, data *mnist.Dataset) error {
	var about []subject
	var cases []*bench.Product
	for _, config := range s.configs() {
		products := make([][]*bench.Product, len(backends))
		for i, b := range backends {
			var err error
			if products[i], err = bench.NewProducts(b, data, config); err != nil {
				return err
			}
		}
		for p := range products[0] {
			for i, b := range backends {
				about = append(about, subject{backend: b, config: config, product: products[i][p]})
				cases = append(cases, products[i][p])
			}
		}
	}
	peaks := map[backend.Backend]float64{}
	measurePeaks(peaks, backends)
	samples, err := runBench(cases, s.repeats)
	if err != nil {
		return err
	}
	measurePeaks(peaks, backends)
	var results []productResult
	for i := range cases {
		first := samples[i/len(backends)*len(backends)].Median()
		results = append(results, newProductResult(about[i], data, samples[i], first, peaks[about[i].backend]))
	}
	return printResults(s.json, results, productColumns(multiplier(backends[0])))
}

// measurePeaks measures the backends that have a peak, and keeps the highest value of
// each.
func measurePeaks(peaks map[backend.Backend]float64, backends []backend.Backend) {
	for _, b := range backends {
		if processor, ok := b.(*cpu.Backend); ok {
			peaks[b] = max(peaks[b], processor.PeakGFlops())
		}
	}
}

// runBench times the cases and shows its progress.
func runBench[C bench.Case](cases []C, repeats int) ([]bench.Samples, error) {
	list := make([]bench.Case, len(cases))
	for i, c := range cases {
		list[i] = c
	}
	view := newBenchView()
	defer view.finish()
	return bench.Run(list, repeats, view.tell)
}

// multiplier returns a word for what multiplies on b.
func multiplier(b backend.Backend) string {
	if processor, ok := b.(*cpu.Backend); ok {
		return processor.Multiplier()
	}
	return b.Name()
}

// printResults prints an array or a table.
func printResults[R any](asJSON bool, results []R, columns []tableColumn[R]) error {
	if asJSON {
		return json.NewEncoder(os.Stdout).Encode(results)
	}
	return printTable(os.Stdout, results, columns)
}
