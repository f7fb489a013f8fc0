// Package train is the training loop: it feeds a network with batches, counts,
// evaluates and stops. It knows nothing of the device.
package train

import (
	"fmt"
	"math"
	"slices"
)

// Full is the batch size that stands for the whole training set.
const Full = 0

// maxSteps bounds the tables that hold a number for each step.
const maxSteps = 10_000_000

// Config is what a run is made of. Presets fill it in; see [Preset].
type Config struct {
	Preset       string
	Hidden       []int // widths of the hidden layers
	Batch        int   // images a step, or Full
	Epochs       int   // passes over the training set, unless Steps are given
	Steps        int
	LearningRate float64 // of plain gradient descent on the mean loss of a batch
	InitStd      float64 // standard deviation of the initial weights, cut at two of them
	PixelScale   float64 // what a pixel of 0 to 255 is multiplied by
	L2           float64 // of the penalty l2/2 times the sum of squared weights
	Seed         uint64
	EvalEvery    int  // steps between evaluations; 0 is once an epoch
	Shuffle      bool // anew each epoch, unless the batch is full
}

// Presets lists the names that Preset knows.
func Presets() []string { return []string{"default", "notebook"} }

// Preset returns the named settings: "default" reaches about 98 % quickly;
// "notebook" is full-batch descent on raw pixels, as in the tutorial that this
// program began as. It panics at another name.
func Preset(name string) Config {
	switch name {
	case "default":
		return Config{
			Preset: name, Hidden: []int{400}, Batch: 128, Epochs: 10, LearningRate: 0.5,
			InitStd: 0.03, PixelScale: 1.0 / 255, Seed: 1, Shuffle: true,
		}
	case "notebook":
		return Config{
			Preset: name, Hidden: []int{1024}, Batch: Full, Steps: 301, LearningRate: 0.0001,
			InitStd: 1, PixelScale: 1, Seed: 1, EvalEvery: 100,
		}
	}
	panic("train: unknown preset")
}

// A ConfigError says which setting makes no sense, in one line.
type ConfigError struct{ text string }

func (e *ConfigError) Error() string { return e.text }

func configErrorf(format string, args ...any) error {
	return &ConfigError{fmt.Sprintf(format, args...)}
}

// Check returns a [*ConfigError] that names the first setting that makes no sense.
func (c Config) Check() error {
	positive := func(v float64) bool { return v > 0 && !math.IsInf(v, 0) }
	rules := []struct {
		holds bool
		rule  string
		value any
	}{
		{len(c.Hidden) > 0 && slices.Min(c.Hidden) > 0 && slices.Max(c.Hidden) <= 1<<16, "hidden widths lie between 1 and 65536", c.Hidden},
		{c.Batch >= 0, "batch is a positive number or full", c.Batch},
		{c.Epochs >= 0, "epochs is a positive number", c.Epochs},
		{c.Steps >= 0 && c.Steps <= maxSteps, "steps lies between 1 and 10000000", c.Steps},
		{c.Epochs > 0 || c.Steps > 0, "epochs or steps is a positive number", 0},
		{positive(c.LearningRate), "lr is a positive number", c.LearningRate},
		{positive(c.InitStd), "init-std is a positive number", c.InitStd},
		{positive(c.PixelScale), "pixel-scale is a positive number", c.PixelScale},
		{c.L2 == 0 || positive(c.L2), "l2 is zero or a positive number", c.L2},
		{c.EvalEvery >= 0, "eval-every is zero or a positive number of steps", c.EvalEvery},
	}
	for _, r := range rules {
		if !r.holds {
			return configErrorf("%s, not %v", r.rule, r.value)
		}
	}
	return nil
}

// CheckFor returns a [*ConfigError] if c, though it makes sense, cannot be run on
// a training set of the given number of images.
func (c Config) CheckFor(images int) error {
	_, err := c.plan(images)
	return err
}

// plan is the run's arithmetic, once the size of the training set is known.
type plan struct {
	batch    int // images a step
	perEpoch int // steps; the last one may be shorter
	steps    int // of the whole run
}

func (c Config) plan(images int) (plan, error) {
	p := plan{batch: c.Batch, steps: c.Steps}
	if p.batch == Full {
		p.batch = images
	}
	if p.batch > images {
		return plan{}, configErrorf("batch of %d is larger than the training set of %d images", p.batch, images)
	}
	p.perEpoch = (images + p.batch - 1) / p.batch
	if p.steps == 0 {
		if c.Epochs > maxSteps/p.perEpoch {
			return plan{}, configErrorf("%d epochs of %d steps are more than %d steps", c.Epochs, p.perEpoch, maxSteps)
		}
		p.steps = c.Epochs * p.perEpoch
	}
	return p, nil
}

// evaluateAfter reports whether the network is evaluated after the given step,
// counted from 0: every EvalEvery steps from the first one on, or else at the
// end of each epoch; and after the last step.
func (c Config) evaluateAfter(step int, p plan) bool {
	if step == p.steps-1 {
		return true
	}
	if c.EvalEvery > 0 {
		return step%c.EvalEvery == 0
	}
	return (step+1)%p.perEpoch == 0
}
