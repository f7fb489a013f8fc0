package settings

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mnistgpu/cpu"
	"mnistgpu/gpu"
	"mnistgpu/internal/model"
	"mnistgpu/internal/nn"
	"mnistgpu/internal/train"
)

// table has a row for each setting. Its order is that of settings files and, within a
// group, of help.
var table []*Row

func init() { // since rows look up other rows
	table = slices.Concat(sources, data, machine, network, optimizer, schedule, stopping, saving, output)
}

var sources = []*Row{
	{
		Name: "config", Group: Sources, Scope: Invocation, In: Train | Sweep | LRFind, Arg: "FILE",
		Help: "TOML file of settings, such as the config.toml of a run",
		of:   func(v *Values) Value { return (*text)(&v.Config) },
	}, {
		Name: "preset", Group: Sources, In: Train | LRFind, Default: "default",
		Help: "settings to start from",
		of:   func(v *Values) Value { return wordOf(&v.Preset, train.Presets()...) },
	},
}

var data = []*Row{
	{
		Name: "data", Group: Data, In: Train | Sweep | LRFind, Default: "auto", Arg: strings.Join(builtIn, "|") + "|DIR|FILE",
		Help: "MNIST, drawn digits, or data of your own, in a folder or file; auto draws digits if MNIST is not available",
		of:   func(v *Values) Value { return (*text)(&v.Data) },
	}, {
		Name: "classes", Group: Data, In: Train | Sweep | LRFind, Default: "0", Arg: "N|NAME,...",
		Help:    "number of classes in data of your own, or their names (default as in its classes.txt, or 10)",
		usual:   func(*Values) (string, string) { return "0", "data" },
		applies: func(v *Values) bool { return !BuiltIn(v.Data) || v.isGiven("classes") },
		needed:  func(v *Values) bool { return !BuiltIn(v.Data) },
		needs:   "a folder of your own data: --data DIR",
		must: &rule{(*Classes)(nil).Must(), func(v *Values, _ float64) bool {
			return v.Classes.fits() || v.Classes.Count == 0 && !v.isGiven("classes")
		}},
		of: func(v *Values) Value { return &v.Classes },
	},
}

var machine = []*Row{
	{
		Name: "backend", Group: Machine, In: Train | Sweep | LRFind | Model, Default: "auto",
		Help: "what computes; auto is a GPU if there is one",
		of:   func(v *Values) Value { return wordOf(&v.Backend, "auto", "cpu", "cuda") },
	}, {
		Name: "blas", Group: Machine, In: Train | Sweep | LRFind | Model, Default: "auto", Arg: "NAME", Device: CPU,
		Help:    "matrix products on the CPU: auto, sparse (our kernels), or for comparison gonum; implies --backend cpu",
		applies: func(v *Values) bool { return v.BLAS != "auto" },
		of:      func(v *Values) Value { return wordOf(&v.BLAS, append([]string{"auto", "sparse"}, cpu.Kernels()...)...) },
	}, {
		Name: "device", Group: Machine, Scope: Run, In: Train | LRFind | Model, Default: "0", Arg: "N", Device: GPU,
		Help:    "number of the GPU; implies --backend cuda",
		applies: onGPU, must: notNegative,
		of: func(v *Values) Value { return (*count)(&v.GPU.Device) },
	}, {
		Name: "precision", Group: Machine, In: Train | Sweep | LRFind | Model, Default: string(gpu.FP32), Device: GPU,
		Help:    "matrix products on a GPU; split16 is fp32 except that products with images use two float16 terms",
		applies: onGPU,
		of:      func(v *Values) Value { return wordOf(&v.GPU.Precision, gpu.Precisions()...) },
	}, {
		Name: "engine", Group: Machine, In: Train | Sweep | LRFind, Default: string(gpu.Auto), Device: GPU,
		Help:    "GPU kernels per step: ops (one per operation), fused, persistent (one kernel for many small steps), or auto",
		applies: onGPU,
		must: &rule{"auto or ops with --verify-every", func(v *Values, _ float64) bool {
			return v.VerifyEvery == 0 || v.GPU.Engine == gpu.Auto || v.GPU.Engine == gpu.Ops
		}},
		of: func(v *Values) Value { return wordOf(&v.GPU.Engine, gpu.Engines()...) },
	}, {
		Name: "graph", Group: Machine, Scope: Invocation, In: Train | LRFind, Default: "true",
		Help: "on a GPU, replay a step as one CUDA graph",
		of:   func(v *Values) Value { return (*toggle)(&v.Graph) },
	}, {
		Name: "trace", Group: Machine, Scope: Invocation, In: Train, Default: "false", Device: GPU,
		Help: "on a GPU, time each call of a step, which is slow, and print a table at the end",
		of:   func(v *Values) Value { return (*toggle)(&v.Trace) },
	}, {
		Name: "step-timeout", Group: Machine, Scope: Invocation, In: Train | Sweep | LRFind | Resume, Default: "1m0s", Arg: "TIME",
		Help: "give up on a GPU that makes no progress for this long", must: positive,
		of: func(v *Values) Value { return (*duration)(&v.GPU.StepTimeout) },
	}, {
		Name: "verify-every", Group: Machine, Scope: Invocation, In: Train | Sweep | Resume, Default: "0", Arg: "STEPS",
		Help: "have the CPU compute every so many steps too, and stop if a number differs by more than rounding; 0 is never",
		must: notNegative,
		of:   func(v *Values) Value { return (*count)(&v.VerifyEvery) },
	},
}

func onGPU(v *Values) bool { return v.Backend == "cuda" }

var network = []*Row{
	{
		Name: "hidden", Group: Network, In: Train | LRFind, Sweep: true, Arg: "WIDTHS",
		Label: "hidden units",
		Help:  "widths of the hidden layers, such as 1024,512",
		must: &rule{fmt.Sprintf("widths from 1 to 65536 of at most %d layers", model.MaxLayers), func(v *Values, _ float64) bool {
			h := v.Train.Hidden
			return len(h) > 0 && len(h) <= model.MaxLayers && slices.Min(h) > 0 && slices.Max(h) <= 1<<16
		}},
		of: func(v *Values) Value { return (*widths)(&v.Train.Hidden) },
	}, {
		Name: "batch", Group: Optimizer, In: Train | LRFind, Sweep: true, Arg: "IMAGES|full",
		Label: "images a step",
		Help:  "images per step",
		of:    func(v *Values) Value { return (*batchSize)(&v.Train.Batch) },
	}, {
		Name: "epochs", Group: Optimizer, In: Train, Sweep: true, Arg: "N",
		Help:    "passes over the training set",
		applies: func(v *Values) bool { return !v.countsSteps() }, excludes: "steps",
		must: atLeastOne,
		of:   func(v *Values) Value { return (*count)(&v.Train.Epochs) },
	}, {
		Name: "steps", Group: Optimizer, In: Train, Sweep: true, Arg: "N",
		Help:    "length of the run in steps, instead of --epochs",
		applies: (*Values).countsSteps, excludes: "epochs",
		must: limited(fmt.Sprintf("from 1 to %d", train.MaxSteps), func(x float64) bool { return x >= 1 && x <= train.MaxSteps }),
		of:   func(v *Values) Value { return (*count)(&v.Train.Steps) },
	}, {
		Name: "lr", Group: Optimizer, In: Train, Sweep: true, Arg: "RATE",
		Label: "learning rate",
		Help:  "learning rate (for momentum, by default 1-momentum times that of the preset; for adam 0.001)",
		usual: usualLearningRate, must: positive,
		of: func(v *Values) Value { return (*number)(&v.Train.LearningRate) },
	}, {
		Name: "init-std", Group: Network, In: Train | LRFind, Sweep: true, Arg: "STD",
		Help: "standard deviation of the initial weights", must: positive,
		of: func(v *Values) Value { return (*number)(&v.Train.InitStd) },
	}, {
		Name: "pixel-scale", Group: Data, In: Train | LRFind, Sweep: true, Arg: "FACTOR",
		Help: "factor applied to each pixel value 0-255", must: positive,
		of: func(v *Values) Value { return (*number)(&v.Train.PixelScale) },
	}, {
		Name: "l2", Group: Optimizer, In: Train | LRFind, Sweep: true, Arg: "FACTOR",
		Help: "L2 penalty: adds l2/2 * sum(w^2) to the loss", must: notNegative,
		of: func(v *Values) Value { return (*number)(&v.Train.L2) },
	}, {
		Name: "seed", Group: Network, In: Train | LRFind, Sweep: true, Arg: "N",
		Help: "seed of the initial weights and of the shuffling",
		of:   func(v *Values) Value { return (*seed)(&v.Train.Seed) },
	}, {
		Name: "eval-every", Group: Stopping, In: Train, Sweep: true, Arg: "STEPS",
		Help: "steps between evaluations; 0 is once an epoch", must: notNegative,
		of: func(v *Values) Value { return (*count)(&v.Train.EvalEvery) },
	}, {
		Name: "shuffle", Group: Data, In: Train | LRFind, Sweep: true,
		Help: "shuffle the images again for each epoch",
		of:   func(v *Values) Value { return (*toggle)(&v.Train.Shuffle) },
	},
}

var optimizer = []*Row{
	{
		Name: "optimizer", Group: Optimizer, In: Train | LRFind, Sweep: true,
		Help: "gradient descent, with momentum, or Adam (epsilon where TensorFlow 1 has it: outside the bias correction)",
		of:   func(v *Values) Value { return wordOf(&v.Train.Optimizer, train.Optimizers()...) },
	}, {
		Name: "momentum", Group: Optimizer, In: Train | LRFind, Sweep: true, Arg: "FACTOR",
		Help:   "momentum factor (default 0.9)",
		usual:  forWords("optimizer", map[string]string{"momentum": "0.9"}),
		needed: func(v *Values) bool { return v.Train.Optimizer == nn.Momentum }, needs: "--optimizer momentum",
		must: belowOne,
		of:   func(v *Values) Value { return (*number)(&v.Train.Momentum) },
	},
}

// forWords returns the usual values of a setting that depend on the word of another one.
func forWords(on string, usual map[string]string) func(*Values) (string, string) {
	return func(v *Values) (string, string) { return usual[lookup(on).of(v).String()], on }
}

// usualLearningRate is, for momentum, (1-momentum) times the rate of the preset, since
// momentum follows a constant gradient 1/(1-momentum) times as fast; and for Adam that of
// its paper, since its steps do not grow with the gradient.
func usualLearningRate(v *Values) (value, on string) {
	switch v.Train.Optimizer {
	case nn.Momentum:
		momentum := 0.9
		if v.isGiven("momentum") {
			momentum = v.Train.Momentum
		}
		if !(momentum >= 0 && momentum < 1) {
			return "", "" // since the momentum is the mistake
		}
		return brief(train.Preset(v.Preset).LearningRate * (1 - momentum)), "optimizer"
	case nn.Adam:
		return "0.001", "optimizer"
	}
	return "", ""
}

// UsualLearningRate is the learning rate of a run with the other values of v.
func (v *Values) UsualLearningRate() float64 {
	rate := new(number)
	rate.Set(v.without(lookup("lr"))) // which is always a number
	return float64(*rate)
}

// brief formats x with at most twelve digits, so that 0.5*(1-0.9) is 0.05.
func brief(x float64) string {
	n := new(number)
	n.Set(strconv.FormatFloat(x, 'g', 12, 64)) // which is always a number
	return n.String()
}
