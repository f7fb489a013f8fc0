// Package bench has the command that times training: bench.
package bench

import (
	"context"

	"github.com/spf13/cobra"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

const help = `Time training steps, or whole epochs.

All cases are timed in turn, --repeats times over. The table shows the median, the
fastest and the slowest time. Compare only lines of the same run, since machines
drift. Warm-up is not counted.

--measure steps times steps as train takes them: gather a batch, go forward and
back, update the weights. --measure epochs times passes over the training set, with
shuffling but without evaluation.

GFLOP/s counts every multiplication of the matrix products, even by a zero pixel,
which a backend may skip; so it may exceed what the device can do.`

const examples = `  mnistgpu bench
  mnistgpu bench --preset default --batch 32,128,1024 --blas auto,gonum
  mnistgpu bench --measure epochs --hidden 400,1024x512
  mnistgpu bench --backend cuda --precision fp32,tf32,bf16,split16 --json`

// maxSample is the largest --sample. It bounds the tables that a run keeps of its steps.
const maxSample = 1000

// options holds the flags of bench.
type options struct {
	measure    string   // steps or epochs
	presets    []string // all lists are as typed
	hidden     []string // empty for the preset's
	batches    []string // empty for the preset's
	backend    string
	blas       []string
	precisions []string
	engines    []string
	device     int
	data       string
	repeats    int
	sample     int // steps or epochs per sample, or 0 for the default
	json       bool
}

// New returns the bench command.
func New(o *ui.IO) *cobra.Command {
	s := options{
		measure: "steps", presets: train.Presets(), backend: "auto", blas: []string{"auto"},
		precisions: []string{"fp32"}, engines: []string{"auto"}, data: "auto", repeats: 7,
	}
	cmd := &cobra.Command{
		Use:     "bench",
		Short:   "Time training steps and epochs",
		Long:    help,
		Example: examples,
		Args:    shared.NoArguments,
	}
	f := cmd.Flags()
	settings.Var(f, settings.Word(&s.measure, "steps", "epochs"), "measure", "steps|epochs", "what to time")
	settings.Var(f, settings.Several("preset", &s.presets), "preset", "LIST", "presets to time; for epochs only default, unless given")
	settings.Var(f, settings.Several("hidden", &s.hidden), "hidden", "LIST", "networks, such as 400,1024x512 (default that of the preset)")
	settings.Var(f, settings.Several("batch", &s.batches), "batch", "LIST", "images per step, such as 64,128,full (default that of the preset)")
	settings.Var(f, settings.Word(&s.backend, "auto", "cpu", "cuda"), "backend", "auto|cpu|cuda", "what computes")
	settings.Var(f, settings.Several("blas", &s.blas), "blas", "LIST", "matrix products on the CPU: auto, sparse, or gonum")
	settings.Var(f, settings.Several("precision", &s.precisions), "precision", "LIST", "matrix products on a GPU: fp32, tf32, bf16, split16")
	settings.Var(f, settings.Several("engine", &s.engines), "engine", "LIST", "GPU kernels per step: auto, ops, fused, persistent")
	settings.Var(f, settings.Count(&s.device), "device", "N", "number of the GPU")
	settings.Var(f, settings.Text(&s.data), "data", "auto|mnist|synthetic|DIR|FILE", "MNIST, drawn digits, or data of your own")
	settings.Var(f, settings.Count(&s.repeats), "repeats", "N", "how many times to time each case")
	settings.Var(f, settings.Count(&s.sample), "sample", "N", "steps or epochs per sample (default one epoch, or steps for 0.2 s); the warm-up takes as many")
	settings.Var(f, settings.Switch(&s.json), "json", "bool", "print one JSON array")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if s.measure == "epochs" && !f.Changed("preset") {
			s.presets = []string{"default"}
		}
		if err := s.check(); err != nil {
			return err
		}
		return s.run(cmd.Context(), o)
	}
	return cmd
}

func (s *options) check() error {
	switch {
	case s.repeats < 1 || s.repeats > 100:
		return fault.Usage("--repeats must be from 1 to 100 (got %d)", s.repeats)
	case s.sample < 0 || s.sample > maxSample:
		return fault.Usage("--sample must be from 1 to %d, or 0 for the default (got %d)", maxSample, s.sample)
	case s.device < 0:
		return fault.Usage("--device must be 0 or greater (got %d)", s.device)
	}
	return nil
}

// run times every case and prints the table.
func (s *options) run(ctx context.Context, o *ui.IO) error {
	data, err := shared.OpenData(ctx, o, s.data, settings.Classes{})
	if err != nil {
		return err
	}
	backends, err := s.open(o)
	defer closeAll(backends)
	if err != nil {
		return err
	}
	configs, err := s.configs()
	if err != nil {
		return err
	}
	var results []result
	var cases []*steps
	for _, config := range configs {
		for _, b := range backends {
			c, err := s.prepare(b, data, config)
			if err != nil {
				return err
			}
			results, cases = append(results, newResult(b, data, config, c)), append(cases, c)
		}
	}
	progress := newProgress(o)
	timed, err := timeAll(cases, s.repeats, progress.set)
	progress.clear()
	if err != nil {
		return err
	}
	for i := range results {
		results[i].fill(s.measure, cases[i], timed[i])
	}
	if s.json {
		o.JSON(results)
		return nil
	}
	printTable(o, results, columns(s.measure))
	return nil
}

func closeAll(backends []backend.Backend) {
	for _, b := range backends {
		b.Close()
	}
}
