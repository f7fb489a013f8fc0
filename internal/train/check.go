package train

import (
	"math"
	"slices"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/model"
)

// rule is what a setting must be, and its value.
type rule struct {
	holds bool
	text  string
	value any
}

func positive(v float64) bool { return v > 0 && !math.IsInf(v, 0) }

func zeroOrPositive(v float64) bool { return v == 0 || positive(v) }

// Check returns an error of the kind fault.BadUsage that names the first setting that is not valid.
func (c Config) Check() error {
	rules := c.Descent.rules() // before the rate, which may depend on them
	rules = append(rules, []rule{
		{len(c.Hidden) > 0 && slices.Min(c.Hidden) > 0 && slices.Max(c.Hidden) <= 1<<16, "hidden widths lie between 1 and 65536", c.Hidden},
		{len(c.Hidden) <= model.MaxLayers, "hidden layers are at most 128", len(c.Hidden)},
		{c.Batch >= 0, "batch is a positive number or full", c.Batch},
		{c.Epochs >= 0, "epochs is a positive number", c.Epochs},
		{c.Steps >= 0 && c.Steps <= MaxSteps, "steps lies between 1 and 10000000", c.Steps},
		{c.Epochs > 0 || c.Steps > 0, "epochs or steps is a positive number", 0},
		{positive(c.LearningRate), "lr is a positive number", c.LearningRate},
		{positive(c.InitStd), "init-std is a positive number", c.InitStd},
		{positive(c.PixelScale), "pixel-scale is a positive number", c.PixelScale},
		{zeroOrPositive(c.L2), "l2 is zero or a positive number", c.L2},
		{c.EvalEvery >= 0, "eval-every is zero or a positive number of steps", c.EvalEvery},
	}...)
	rules = append(rules, c.Schedule.rules(c.LearningRate)...)
	rules = append(rules, c.Stopping.rules()...)
	for _, r := range rules {
		if !r.holds {
			return fault.Usage("%s, not %v", r.text, r.value)
		}
	}
	return nil
}
