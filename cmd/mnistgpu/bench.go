package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mnistgpu/cpu"
	"mnistgpu/gpu"
	"mnistgpu/internal/train"
)

const benchHelp = `Time training steps, or whole epochs.

All cases are timed in turn, --repeats times over. The table shows the median, the
fastest and the slowest time. Compare only lines of the same run, since machines
drift. Warm-up is not counted.

--measure steps times steps as train takes them: gather a batch, go forward and
back, update the weights. --measure epochs times passes over the training set, with
shuffling but without evaluation.

GFLOP/s counts every multiplication of the matrix products, even those by a zero
pixel, which a backend may skip; so it may exceed what the device can do.`

const benchExamples = `  mnistgpu bench
  mnistgpu bench --preset default --batch 32,128,1024 --blas auto,gonum
  mnistgpu bench --measure epochs --hidden 400 --hidden 1024
  mnistgpu bench --backend cuda --precision fp32,tf32,bf16,split16 --json`

// maxSample is the largest --sample. It bounds the tables that a run keeps of its
// steps.
const maxSample = 1000

// benchSettings holds the flags of bench.
type benchSettings struct {
	measure          string
	presets, batches []string
	hidden           []string
	blas             []string
	precisions       []string
	engines          []string
	device           int
	repeats          int
	sample           int // steps or epochs per sample, or 0 for the default
	json             bool
	where            settings // only its data and backend
}

// newBench returns the bench command.
func newBench() *cobra.Command {
	var s benchSettings
	cmd := &cobra.Command{
		Use:     "bench",
		Short:   "Time training steps and epochs",
		Long:    benchHelp,
		Example: benchExamples,
		Args:    noArguments,
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&s.measure, "measure", "steps", "what to time: steps or epochs")
	f.StringSliceVar(&s.presets, "preset", train.Presets(), "presets to time; epochs times only default unless told otherwise")
	f.StringArrayVar(&s.hidden, "hidden", nil, "`widths` of the hidden layers, such as 400 or 1024,512; repeat the flag for more networks (default that of the preset)")
	f.StringSliceVar(&s.batches, "batch", nil, "batch sizes, or full (default that of the preset)")
	f.StringVar(&s.where.backend, "backend", "auto", "auto, cpu or cuda")
	f.StringSliceVar(&s.blas, "blas", []string{"auto"}, blasUsage())
	f.StringSliceVar(&s.precisions, "precision", []string{"fp32"}, "precisions of a GPU: "+strings.Join(gpu.Precisions(), ", "))
	f.StringSliceVar(&s.engines, "engine", []string{"auto"}, "what a step on a GPU is made of: "+strings.Join(gpu.Engines(), ", "))
	f.IntVar(&s.device, "device", 0, "number of the GPU")
	f.StringVar(&s.where.data, "data", "auto", "auto, mnist, synthetic or a `folder` of IDX files")
	f.IntVar(&s.repeats, "repeats", 7, "how many times to time each case")
	f.IntVar(&s.sample, "sample", 0, "steps or epochs per sample (default one epoch, or steps for 0.2 s); the warm-up takes as many")
	f.BoolVar(&s.json, "json", false, "print one JSON array")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := s.check(cmd.Flags()); err != nil {
			return usageError(cmd, err)
		}
		return s.run(cmd.Context())
	}
	return cmd
}

// check validates the flags and fills in the defaults that depend on other flags.
func (s *benchSettings) check(given *pflag.FlagSet) error {
	if s.measure != "steps" && s.measure != "epochs" {
		return fmt.Errorf("--measure %q: must be steps or epochs", s.measure)
	}
	if s.measure == "epochs" && !given.Changed("preset") {
		s.presets = []string{"default"}
	}
	for _, p := range s.presets {
		if err := checkPreset(p); err != nil {
			return err
		}
	}
	for _, h := range s.hidden {
		if new(widths).Set(h) != nil {
			return fmt.Errorf("--hidden %q: must be %s", h, wanted("widths"))
		}
	}
	for _, b := range s.batches {
		if new(batchSize).Set(b) != nil {
			return fmt.Errorf("--batch %q: must be %s", b, wanted("images"))
		}
	}
	if s.repeats < 1 || s.repeats > 100 {
		return fmt.Errorf("--repeats %d: must be 1 to 100", s.repeats)
	}
	if s.sample < 0 || s.sample > maxSample {
		return fmt.Errorf("--sample %d: must be 1 to %d, or 0 for the default", s.sample, maxSample)
	}
	return cmp.Or(checkBackend(s.where.backend), s.checkMultipliers())
}

// checkMultipliers validates the flags that say what multiplies on each kind of device.
func (s *benchSettings) checkMultipliers() error {
	for _, p := range s.precisions {
		if err := new(gpu.Precision).UnmarshalText([]byte(p)); err != nil {
			return fmt.Errorf("--precision: %w", err)
		}
	}
	for _, e := range s.engines {
		if err := new(gpu.Engine).UnmarshalText([]byte(e)); err != nil {
			return fmt.Errorf("--engine: %w", err)
		}
	}
	for _, name := range s.blas {
		if err := (cpu.Options{Kernels: name}).Check(); err != nil {
			return wrongBLAS(name, err)
		}
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
	results, err := s.time(backends, data)
	if err != nil {
		return err
	}
	if s.json {
		return json.NewEncoder(os.Stdout).Encode(results)
	}
	return printTable(os.Stdout, results, benchColumns(s.measure))
}
