package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mnistgpu/cpu"
	"mnistgpu/gpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/bench"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/train"
)

const benchHelp = `Time training steps, whole epochs, or each matrix product of a step.

All cases are timed in turn, --repeats times over. The table shows the median, the
fastest and the slowest time. Compare only lines of the same run, since machines
drift. Warm-up is not counted.

--measure steps times steps as train takes them: gather a batch, go forward and
back, update the weights. "of dense" compares the speed with what the backend
reaches on a large product of float32 numbers without zeros.

--measure epochs times passes over the training set, with shuffling but without
evaluation. --measure products times each product of a step; "layer 1 pixels" is
the conversion of the images' bytes that comes first: to lists of the pixels that
are not zero, or to floats. "of peak" compares the speed with a loop of
multiply-adds in registers that uses the same vectors as the kernels. Both
measurements compare the CPU kernels with each BLAS in the program, unless --blas
says otherwise; the last column is the time divided by that of the first backend.

--problem writes what the case starts from, the data, the weights and the order of
the images, so that other programs can run the same case. It also writes the losses
of the first steps, so that they can show that they do.

GFLOP/s counts every multiplication of the matrix products, even those by a zero
pixel, which a backend may skip; so shares may exceed 100 %. A BLAS skips nothing,
like a dense framework.`

const benchExamples = `  mnistgpu bench
  mnistgpu bench --preset default --batch 32,128,1024 --blas auto,gonum
  mnistgpu bench --measure products --backend cpu --hidden 400 --hidden 1024
  mnistgpu bench --measure epochs --blas auto,gonum --data dense
  mnistgpu bench --backend cuda --precision fp32,tf32,bf16,split16 --json`

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
	sample           int    // steps or epochs per sample, or 0 for the default
	problem          string // file to write instead of timing
	json             bool
	where            settings // only its data and backend
}

// newBench returns the bench command.
func newBench() *cobra.Command {
	var s benchSettings
	cmd := &cobra.Command{
		Use:     "bench",
		Short:   "Time training steps, epochs and matrix products",
		Long:    benchHelp,
		Example: benchExamples,
		Args:    noArguments,
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&s.measure, "measure", "steps", "what to time: steps, epochs or products")
	f.StringSliceVar(&s.presets, "preset", train.Presets(), "presets to time; epochs and products time only default unless told otherwise")
	f.StringArrayVar(&s.hidden, "hidden", nil, "`widths` of the hidden layers, such as 400 or 1024,512; repeat the flag for more networks (default that of the preset)")
	f.StringSliceVar(&s.batches, "batch", nil, "batch sizes, or full (default that of the preset)")
	f.StringVar(&s.where.backend, "backend", "auto", "auto, cpu or cuda")
	f.StringSliceVar(&s.blas, "blas", []string{"auto"}, blasUsage())
	f.StringSliceVar(&s.precisions, "precision", []string{"fp32"}, "precisions of a GPU: "+strings.Join(gpu.Precisions(), ", "))
	f.StringSliceVar(&s.engines, "engine", []string{"auto"}, "what a step on a GPU is made of: "+strings.Join(gpu.Engines(), ", "))
	f.IntVar(&s.device, "device", 0, "number of the GPU")
	f.StringVar(&s.where.data, "data", "auto", "auto, mnist, synthetic, dense (no pixel is zero) or a `folder` of IDX files")
	f.IntVar(&s.repeats, "repeats", 7, "how many times to time each case")
	f.IntVar(&s.sample, "sample", 0, "steps or epochs per sample (default one epoch, or steps for 0.2 s); the warm-up takes as many")
	f.StringVar(&s.problem, "problem", "", "instead of timing, write the case to a new `file`.npz, so that other programs can run it too")
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
	if !slices.Contains([]string{"steps", "epochs", "products"}, s.measure) {
		return fmt.Errorf("--measure %q: want steps, epochs or products", s.measure)
	}
	if s.measure != "steps" {
		if !given.Changed("preset") {
			s.presets = []string{"default"}
		}
		if !given.Changed("blas") {
			s.blas = append(s.blas, "gonum")
		}
	}
	for _, p := range s.presets {
		if err := checkPreset(p); err != nil {
			return err
		}
	}
	for _, h := range s.hidden {
		if new(widths).Set(h) != nil {
			return fmt.Errorf("--hidden %q: want %s", h, wanted("widths"))
		}
	}
	for _, b := range s.batches {
		if new(batchSize).Set(b) != nil {
			return fmt.Errorf("--batch %q: want %s", b, wanted("images"))
		}
	}
	if s.repeats < 1 || s.repeats > 100 {
		return fmt.Errorf("--repeats %d: want 1 to 100", s.repeats)
	}
	return cmp.Or(checkBackend(s.where.backend), s.checkMultipliers(), s.checkSample(), s.checkProblem())
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
	data, err := s.openData(ctx)
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
	if s.problem != "" {
		return s.writeProblem(backends[0], data)
	}
	switch s.measure {
	case "products":
		return s.timeProducts(backends, data)
	case "epochs":
		return s.timeEpochs(backends, data)
	}
	return s.timeSteps(backends, data)
}

func (s *benchSettings) openData(ctx context.Context) (*mnist.Dataset, error) {
	if s.where.data == "dense" {
		return bench.Dense(), nil
	}
	return openData(ctx, &s.where)
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
		if s.where.data == "dense" {
			preset.LearningRate = 1e-3 // the data are noise: a higher rate could diverge
		}
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
