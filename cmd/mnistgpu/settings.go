package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mnistgpu/cpu"
	"mnistgpu/gpu"
	"mnistgpu/internal/train"
)

// settings holds the flags of train.
type settings struct {
	file    string
	preset  string
	data    string
	classes classList
	backend string
	blas    string
	gpu     gpu.Options
	trace   bool
	graph   bool
	verify  int // the CPU verifies every so many steps; 0 for none
	runDir  string
	saving  saving
	report  bool
	json    bool
	quiet   bool
	threads int // of the CPU; 0 for all

	flags  *pflag.FlagSet
	given  train.Config      // holds the values of the flags
	config train.Config      // what they resolve to; see resolve
	usual  map[string]string // see train.Config.FillIn
}

// newSettings returns settings with the flags of train that set them.
func newSettings() (*settings, *pflag.FlagSet) {
	s := new(settings)
	f := pflag.NewFlagSet("train", pflag.ContinueOnError)
	s.register(f)
	return s, f
}

// modelSettings returns the settings of a command that takes a trained model, as they
// are before it registers its flags for the data and the backend.
func modelSettings() settings { return settings{preset: "default", graph: true} }

// addFlags adds the named flags of all to cmd, in this order.
func addFlags(cmd *cobra.Command, all *pflag.FlagSet, names []string) {
	cmd.Flags().SortFlags = false
	for _, name := range names {
		cmd.Flags().AddFlag(all.Lookup(name))
	}
}

// register defines the flags. Those of the config show the default preset's
// values.
func (s *settings) register(f *pflag.FlagSet) {
	f.SortFlags = false
	f.StringVar(&s.file, "config", "", "TOML `file` of settings, such as the config.toml of a run")
	f.StringVar(&s.preset, "preset", "default", "settings to start from: "+strings.Join(train.Presets(), " or "))
	f.StringVar(&s.data, "data", "auto", "auto, mnist, synthetic or a `folder` of IDX files")
	f.Var(&s.classes, "classes", "number of classes in a folder of your own data, or their names (default as in its classes.txt, or 10)")
	s.registerBackend(f, "auto")
	f.Var((*engine)(&s.gpu.Engine), "engine", "what a step on a GPU is made of: ops, a call for each verb; fused, fewer; persistent, one kernel for many steps of a small batch; or auto, which suits the batch")
	s.given = train.Preset("default")
	registerConfig(f, &s.given)
	f.BoolVar(&s.graph, "graph", true, "on a GPU, replay a step as one CUDA graph")
	f.BoolVar(&s.trace, "trace", false, "on a GPU, time each call of a step, which is slow, and print a table at the end")
	f.DurationVar(&s.gpu.StepTimeout, "step-timeout", stepTimeout, "treat a GPU as lost if it finishes nothing in this time, no step and no part of one")
	f.IntVar(&s.verify, "verify-every", 0, "have the CPU compute every `n`-th step too, and stop if a number differs by more than rounding")
	f.StringVar(&s.runDir, "run-dir", "", "new `folder` for the results (default runs/NAME-001, -002, ...)")
	s.saving.register(f)
	f.BoolVar(&s.report, "report", true, "draw the results into the run folder at the end")
	f.BoolVar(&s.json, "json", false, "print the results as one JSON object, the last line of stdout")
	f.BoolVar(&s.quiet, "quiet", false, "show no progress")
}

// stepTimeout is the default of --step-timeout, and what commands without that flag
// use.
const stepTimeout = time.Minute

// registerBackend defines the flags that say what computes.
func (s *settings) registerBackend(f *pflag.FlagSet, backend string) {
	s.gpu.StepTimeout = stepTimeout
	f.StringVar(&s.backend, "backend", backend, "auto, cpu or cuda")
	f.StringVar(&s.blas, "blas", "auto", blasUsage()+"; implies --backend cpu")
	f.IntVar(&s.gpu.Device, "device", 0, "number of the GPU; implies --backend cuda")
	f.Var((*precision)(&s.gpu.Precision), "precision", "precision of matrix products on a GPU: fp32, tf32, bf16, or split16, which is fp32 except that products with images use two float16 terms")
}

// registerConfig defines the flags that a preset has values for, bound to c,
// whose values are the defaults.
func registerConfig(f *pflag.FlagSet, c *train.Config) {
	f.Var((*widths)(&c.Hidden), "hidden", "widths of the hidden layers, such as 1024,512")
	f.Var((*batchSize)(&c.Batch), "batch", "images per step, or full")
	f.IntVar(&c.Epochs, "epochs", c.Epochs, "passes over the training set")
	f.IntVar(&c.Steps, "steps", c.Steps, "steps, instead of epochs")
	f.Float64Var(&c.LearningRate, "lr", c.LearningRate, "learning rate")
	f.Float64Var(&c.InitStd, "init-std", c.InitStd, "standard deviation of the initial weights")
	f.Float64Var(&c.PixelScale, "pixel-scale", c.PixelScale, "what a pixel of 0 to 255 is multiplied by")
	f.Float64Var(&c.L2, "l2", c.L2, "add l2/2 times the sum of squared weights to the function that is minimised")
	f.Uint64Var(&c.Seed, "seed", c.Seed, "seed of the initial weights and of the shuffling")
	f.IntVar(&c.EvalEvery, "eval-every", c.EvalEvery, "steps between evaluations; 0 for once an epoch")
	f.BoolVar(&c.Shuffle, "shuffle", c.Shuffle, "shuffle the images again for each epoch")
	registerDescent(f, &c.Descent)
	registerSchedule(f, &c.Schedule)
	registerStopping(f, &c.Stopping)
}

// resolve makes the config: the preset, overridden by the flags that were given.
func (s *settings) resolve(given *pflag.FlagSet) error {
	s.flags = given
	if err := cmp.Or(s.check(given), s.saving.check(s.runDir)); err != nil {
		return err
	}
	s.config = train.Preset(s.preset)
	config := pflag.NewFlagSet("config", pflag.ContinueOnError)
	registerConfig(config, &s.config)
	given.Visit(func(f *pflag.Flag) {
		if config.Lookup(f.Name) != nil {
			config.Set(f.Name, f.Value.String()) // what was parsed once parses again
		}
	})
	s.usual = s.config.FillIn(given.Changed)
	if given.Changed("epochs") {
		s.config.Steps = 0
	}
	if given.Changed("steps") {
		s.config.Epochs = 0
	}
	return s.config.Check()
}

// check validates the flags that are not part of the config.
func (s *settings) check(given *pflag.FlagSet) error {
	if err := cmp.Or(checkPreset(s.preset), checkBackend(s.backend)); err != nil {
		return err
	}
	if given.Changed("epochs") && given.Changed("steps") {
		return errors.New("--epochs and --steps exclude each other")
	}
	if s.saysClasses(given) {
		if err := s.classes.check(); err != nil {
			return err
		}
		if builtIn(s.data) {
			return fmt.Errorf("--classes is for a folder of your own data, and --data is %s", s.data)
		}
	}
	return cmp.Or(s.checkVerify(), s.checkCPU(given), s.checkGPU(given))
}

func (s *settings) checkVerify() error {
	if s.verify < 0 {
		return fmt.Errorf("--verify-every %d: want a number of steps, or 0 for none", s.verify)
	}
	return nil
}

// saysClasses reports whether --classes was given. A 0 in a file, as config print
// writes it, leaves the number to the data.
func (s *settings) saysClasses(given *pflag.FlagSet) bool {
	if !given.Changed("classes") {
		return false
	}
	from := s.from(given.Lookup("classes"))
	return s.classes.count != 0 || from == "--classes" || from == variable("classes")
}

// checkCPU validates --blas, which is for the CPU and selects it.
func (s *settings) checkCPU(given *pflag.FlagSet) error {
	if s.blas == "" || s.blas == "auto" {
		return nil
	}
	if s.backend == "cuda" {
		return errors.New("--blas is for the CPU, and --backend is cuda")
	}
	for _, name := range gpuFlags {
		if given.Changed(name) {
			return fmt.Errorf("--blas is for the CPU, and --%s for GPUs", name)
		}
	}
	s.backend = "cpu"
	if err := (cpu.Options{Kernels: s.blas}).Check(); err != nil {
		return wrongBLAS(s.blas, err)
	}
	return nil
}

// gpuFlags are the flags that select the CUDA backend.
var gpuFlags = []string{"device", "precision", "engine", "trace"}

// checkGPU validates the flags for GPUs. Those in gpuFlags select the CUDA backend.
func (s *settings) checkGPU(given *pflag.FlagSet) error {
	for _, name := range gpuFlags {
		if !given.Changed(name) {
			continue
		}
		if s.backend == "cpu" && given.Changed("backend") {
			return fmt.Errorf("--%s is for GPUs, and --backend is cpu", name)
		}
		s.backend = "cuda"
	}
	if s.gpu.StepTimeout <= 0 {
		return fmt.Errorf("--step-timeout %v: want a positive time", s.gpu.StepTimeout)
	}
	if s.gpu.Device < 0 {
		return fmt.Errorf("--device %d: want the number of a GPU, from 0", s.gpu.Device)
	}
	if s.verify > 0 {
		if s.gpu.Engine != gpu.Auto && s.gpu.Engine != gpu.Ops {
			return fmt.Errorf("--verify-every looks at each verb by itself: want --engine ops or auto, not %v", s.gpu.Engine)
		}
		s.gpu.Engine = gpu.Ops
	}
	s.gpu.NoGraph = !s.graph
	if s.trace {
		s.gpu.Trace = new(gpu.Trace)
	}
	return nil
}

func checkPreset(name string) error {
	if !slices.Contains(train.Presets(), name) {
		return fmt.Errorf("--preset %q: want %s", name, strings.Join(train.Presets(), " or "))
	}
	return nil
}

func checkBackend(name string) error {
	if !slices.Contains([]string{"auto", "cpu", "cuda"}, name) {
		return fmt.Errorf("--backend %q: want auto, cpu or cuda", name)
	}
	return nil
}
