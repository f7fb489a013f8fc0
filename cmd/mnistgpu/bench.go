package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mnistgpu/cpu"
	"mnistgpu/gpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/train"
)

const benchHelp = `Time training steps, for presets, backends and batch sizes.

A step is timed as train takes it: it gathers a batch, goes forward and back and
updates the weights. Warm-up is left out. All cases are timed in turn, --repeats
times over, and the median is shown with the fastest and the slowest: compare
lines of one run only, for machines drift.

GFLOP/s counts every multiplication of the matrix products, those by a zero
pixel too, though a backend may skip them. "of dense" is the share of what the
backend reaches on a large product without zeros, and may pass 100 %.`

const benchExamples = `  mnistgpu bench
  mnistgpu bench --preset default --batch 32,128,1024 --cpu auto,gonum
  mnistgpu bench --backend cuda --precision fp32,tf32,bf16 --json`

// benchSettings are what the flags of bench say.
type benchSettings struct {
	presets, batches []string
	kernels          []string
	precisions       []string
	device           int
	repeats          int
	json             bool
	where            settings // only its data and backend
}

// newBench returns the bench command.
func newBench() *cobra.Command {
	var s benchSettings
	cmd := &cobra.Command{
		Use:     "bench",
		Short:   "Time training steps",
		Long:    benchHelp,
		Example: benchExamples,
		Args:    noArguments,
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringSliceVar(&s.presets, "preset", train.Presets(), "presets")
	f.StringSliceVar(&s.batches, "batch", nil, "batch sizes, or full (default that of the preset)")
	f.StringVar(&s.where.backend, "backend", "auto", "auto, cpu or cuda")
	f.StringSliceVar(&s.kernels, "cpu", []string{"auto"}, "kernels of the CPU: auto, "+strings.Join(cpu.Kernels(), ", "))
	f.StringSliceVar(&s.precisions, "precision", []string{"fp32"}, "precisions of a GPU: fp32, tf32, bf16")
	f.IntVar(&s.device, "device", 0, "number of the GPU")
	f.StringVar(&s.where.data, "data", "auto", "auto, mnist, synthetic or a `folder` of IDX files")
	f.IntVar(&s.repeats, "repeats", 7, "times that each case is timed")
	f.BoolVar(&s.json, "json", false, "print one JSON array")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := s.check(); err != nil {
			return usageError(cmd, err)
		}
		return s.run(cmd.Context())
	}
	return cmd
}

func (s *benchSettings) check() error {
	for _, p := range s.presets {
		if err := checkPreset(p); err != nil {
			return err
		}
	}
	for _, b := range s.batches {
		if new(batchSize).Set(b) != nil {
			return fmt.Errorf("--batch %q: want %s", b, wanted("images"))
		}
	}
	for _, p := range s.precisions {
		if err := new(gpu.Precision).UnmarshalText([]byte(p)); err != nil {
			return fmt.Errorf("--precision: %w", err)
		}
	}
	if err := checkBackend(s.where.backend); err != nil {
		return err
	}
	if s.repeats < 1 || s.repeats > 100 {
		return fmt.Errorf("--repeats %d: want 1 to 100", s.repeats)
	}
	return nil
}

// run times every case and prints the table.
func (s *benchSettings) run(ctx context.Context) error {
	data, err := openData(ctx, &s.where)
	if err != nil {
		return err
	}
	backends, err := s.open()
	defer func() {
		for _, b := range backends {
			b.Close()
		}
	}()
	if err != nil {
		return err
	}
	var cases []*benchCase
	for _, b := range backends {
		for _, config := range s.configs() {
			c, err := newBenchCase(b, data, config, s.repeats)
			if err != nil {
				return err
			}
			cases = append(cases, c)
		}
	}
	for i := range s.repeats {
		fmt.Fprintf(os.Stderr, "timing %d/%d\n", i+1, s.repeats)
		for _, c := range cases {
			if err := c.time(); err != nil {
				return err
			}
		}
	}
	results, err := benchResults(cases, data.Name)
	if err != nil {
		return err
	}
	if s.json {
		return json.NewEncoder(os.Stdout).Encode(results)
	}
	return printBench(os.Stdout, results)
}

// open opens a backend for each of the kernels or precisions.
func (s *benchSettings) open() (backends []backend.Backend, err error) {
	if s.where.backend != "cpu" {
		backends, err = s.openGPUs()
		if s.where.backend == "cuda" || !errors.Is(err, backend.ErrNoDevice) {
			return backends, err
		}
		fmt.Fprintf(os.Stderr, "using the CPU: %s\n", oneLine(err.Error()))
	}
	for _, name := range s.kernels {
		b, err := cpu.Open(cpu.Options{Kernels: name})
		if err != nil {
			return backends, &failure{code: exitUsage, err: fmt.Errorf("--cpu: %w", err)}
		}
		backends = append(backends, b)
	}
	return backends, nil
}

func (s *benchSettings) openGPUs() (backends []backend.Backend, err error) {
	for _, name := range s.precisions {
		options := gpu.Options{Device: s.device}
		if err := options.Precision.UnmarshalText([]byte(name)); err != nil {
			return backends, err
		}
		b, err := gpu.Open(options)
		if err != nil {
			return backends, err
		}
		backends = append(backends, b)
	}
	return backends, nil
}

// configs are the presets, each with each of the batch sizes.
func (s *benchSettings) configs() []train.Config {
	var configs []train.Config
	for _, name := range s.presets {
		c := train.Preset(name)
		if len(s.batches) == 0 {
			configs = append(configs, c)
		}
		for _, b := range s.batches {
			(*batchSize)(&c.Batch).Set(b) // checked before
			configs = append(configs, c)
		}
	}
	return configs
}
