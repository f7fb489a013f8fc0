// Package train is the training loop: it feeds a network with batches, keeps count,
// evaluates and stops. It knows nothing about the device.
package train

import (
	"math"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/nn"
)

// Full is the batch size that means the whole training set.
const Full = 0

// MaxSteps is the most steps a run may have. It bounds the tables that hold a number
// for each step.
const MaxSteps = 10_000_000

// Config describes a run. Presets fill it in; see [Preset].
type Config struct {
	Preset       string
	Hidden       []int // widths of the hidden layers
	Batch        int   // images per step, or Full
	Epochs       int   // passes over the training set, unless Steps is given
	Steps        int
	LearningRate float64 // for descent on the mean loss of a batch; the highest of a schedule
	InitStd      float64 // standard deviation of the initial weights, truncated at two of them
	PixelScale   float64 // factor on a pixel of 0 to 255
	L2           float64 // of the penalty l2/2 times the sum of squared weights
	Seed         uint64
	EvalEvery    int  // steps between evaluations; 0 means once per epoch
	Shuffle      bool // before every epoch, unless the batch is full
	Descent
	Schedule
	Stopping
}

// Presets lists the names that Preset knows.
func Presets() []string { return []string{"default", "notebook"} }

// Preset returns the named settings: "default" reaches about 98 % quickly; "notebook"
// is full-batch descent on raw pixels, as in the tutorial that this program started
// from. It panics on any other name.
func Preset(name string) Config {
	switch name {
	case "default":
		return Config{
			Preset: name, Hidden: []int{400}, Batch: 128, Epochs: 10, LearningRate: 0.5,
			InitStd: 0.03, PixelScale: 1.0 / 255, Seed: 1, Shuffle: true, Descent: Descent{Optimizer: nn.SGD}, Schedule: Schedule{Kind: constantRate},
		}
	case "notebook":
		return Config{
			Preset: name, Hidden: []int{1024}, Batch: Full, Steps: 301, LearningRate: 0.0001,
			InitStd: 1, PixelScale: 1, Seed: 1, EvalEvery: 100, Descent: Descent{Optimizer: nn.SGD}, Schedule: Schedule{Kind: constantRate},
		}
	}
	panic("train: unknown preset")
}

// CheckFor returns an error of the kind fault.BadUsage if c, though valid, cannot be run
// on a training set of the given number of images.
func (c Config) CheckFor(images int) error {
	_, err := c.plan(images)
	return err
}

// plan holds the numbers of a run that follow from the size of the training set.
type plan struct {
	images   int // to learn from
	held     int // images, for validation
	batch    int // images per step
	perEpoch int // steps; the last one may be shorter
	steps    int // of the whole run
}

func (c Config) plan(images int) (plan, error) {
	p := plan{held: c.held(images), batch: c.Batch, steps: c.Steps}
	p.images = images - p.held
	if c.ValFraction > 0 && (p.held == 0 || p.images == 0) {
		return plan{}, fault.Usage("a validation set of %v of %d images has %d, and leaves %d to train on", c.ValFraction, images, p.held, p.images)
	}
	if p.batch == Full {
		p.batch = p.images
	}
	if p.batch > p.images {
		return plan{}, fault.Usage("a batch of %d is larger than the training set of %d images", p.batch, p.images)
	}
	p.perEpoch = (p.images + p.batch - 1) / p.batch
	if p.steps == 0 {
		if c.Epochs > MaxSteps/p.perEpoch {
			return plan{}, fault.Usage("%d epochs of %d steps are more than %d steps", c.Epochs, p.perEpoch, MaxSteps)
		}
		p.steps = c.Epochs * p.perEpoch
	}
	if c.onlyWarmsUp(p) {
		return plan{}, fault.Usage("a warm-up of %v epochs leaves none of the run's %d steps", c.Warmup, p.steps)
	}
	return p, nil
}

// onlyWarmsUp reports whether the warm-up leaves none of the steps to the schedule.
func (c Config) onlyWarmsUp(p plan) bool { return c.Warmup > 0 && p.stepsIn(c.Warmup) >= p.steps }

// stepsIn is the number of steps in the given number of epochs, at least one.
func (p plan) stepsIn(epochs float64) int {
	return max(1, int(min(math.Round(epochs*float64(p.perEpoch)), MaxSteps)))
}

// evaluateAfter reports whether the network is evaluated after the given step, counted
// from 0: every EvalEvery steps from the first one on or, if that is 0, at the end of
// each epoch; and in any case after the last step.
func (c Config) evaluateAfter(step int, p plan) bool {
	if step == p.steps-1 {
		return true
	}
	if c.EvalEvery > 0 {
		return step%c.EvalEvery == 0
	}
	return (step+1)%p.perEpoch == 0
}
