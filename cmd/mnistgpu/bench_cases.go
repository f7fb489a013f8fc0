package main

import (
	"errors"
	"fmt"
	"os"

	"mnistgpu/cpu"
	"mnistgpu/gpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/bench"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/train"
)

// time times each configuration on each backend and shows its progress.
func (s *benchSettings) time(backends []backend.Backend, data *mnist.Dataset) ([]benchResult, error) {
	var results []benchResult
	var cases []*bench.Steps
	for _, config := range s.configs() {
		for _, b := range backends {
			c, err := s.prepare(b, data, config)
			if err != nil {
				return nil, err
			}
			results, cases = append(results, newBenchResult(b, data, config, c)), append(cases, c)
		}
	}
	view := newBenchView()
	defer view.finish()
	samples, err := bench.Run(cases, s.repeats, view.tell)
	if err != nil {
		return nil, err
	}
	for i := range results {
		results[i].fill(s.measure, cases[i], samples[i])
	}
	return results, nil
}

// prepare warms up a run of c.
func (s *benchSettings) prepare(b backend.Backend, data *mnist.Dataset, c train.Config) (*bench.Steps, error) {
	if s.measure == "epochs" {
		return bench.NewEpochs(b, data, c, s.repeats, max(1, s.sample))
	}
	return bench.NewSteps(b, data, c, s.repeats, s.sample)
}

// open opens a backend for each combination of precision and engine on a GPU, or for
// each of the --blas on the CPU.
func (s *benchSettings) open() (backends []backend.Backend, err error) {
	if s.where.backend != "cpu" {
		backends, err = s.openGPUs()
		if s.where.backend == "cuda" || !errors.Is(err, backend.ErrNoDevice) {
			return backends, err
		}
		fmt.Fprintf(os.Stderr, "using the CPU: %s\n", oneLine(err.Error()))
	}
	for _, name := range s.blas {
		b, err := openCPU(cpu.Options{Kernels: name})
		if err != nil {
			return backends, err
		}
		backends = append(backends, b)
	}
	return backends, nil
}

func (s *benchSettings) openGPUs() (backends []backend.Backend, err error) {
	for _, precision := range s.precisions {
		for _, engine := range s.engines {
			options := gpu.Options{Device: s.device, StepTimeout: stepTimeout}
			err := errors.Join(options.Precision.UnmarshalText([]byte(precision)), options.Engine.UnmarshalText([]byte(engine)))
			if err != nil {
				return backends, err
			}
			b, err := gpu.Open(options)
			if err != nil {
				return backends, err
			}
			backends = append(backends, b)
		}
	}
	return backends, nil
}

// configs returns each preset with each of the networks and batch sizes.
func (s *benchSettings) configs() []train.Config {
	var configs []train.Config
	for _, name := range s.presets {
		preset := train.Preset(name)
		hidden, batches := s.hidden, s.batches
		if len(hidden) == 0 {
			hidden = []string{(*widths)(&preset.Hidden).String()}
		}
		if len(batches) == 0 {
			batches = []string{(*batchSize)(&preset.Batch).String()}
		}
		for _, h := range hidden {
			for _, b := range batches {
				c := preset
				(*widths)(&c.Hidden).Set(h) // checked before
				(*batchSize)(&c.Batch).Set(b)
				configs = append(configs, c)
			}
		}
	}
	return configs
}
