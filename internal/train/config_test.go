package train

import (
	"math"
	"slices"
	"testing"

	"mnistgpu/internal/backend/backendtest"
	"mnistgpu/internal/fault"
)

func TestPresetsMakeSense(t *testing.T) {
	for _, name := range Presets() {
		c := Preset(name)
		if err := c.Check(); err != nil || c.Preset != name {
			t.Errorf("preset %s is called %s; %v", name, c.Preset, err)
		}
	}
}

func TestCheckNamesTheSetting(t *testing.T) {
	for _, test := range []struct {
		alter func(*Config)
		want  string
	}{
		{func(c *Config) { c.Hidden = nil }, "hidden widths lie between 1 and 65536, not []"},
		{func(c *Config) { c.Hidden = []int{3, 0} }, "hidden widths lie between 1 and 65536, not [3 0]"},
		{func(c *Config) { c.Hidden = []int{65537} }, "hidden widths lie between 1 and 65536, not [65537]"},
		{func(c *Config) { c.Hidden = slices.Repeat([]int{1}, 129) }, "hidden layers are at most 128, not 129"},
		{func(c *Config) { c.Batch = -1 }, "batch is a positive number or full, not -1"},
		{func(c *Config) { c.Epochs = -1 }, "epochs is a positive number, not -1"},
		{func(c *Config) { c.Epochs = 0 }, "epochs or steps is a positive number, not 0"},
		{func(c *Config) { c.Steps = MaxSteps + 1 }, "steps lies between 1 and 10000000, not 10000001"},
		{func(c *Config) { c.LearningRate = 0 }, "lr is a positive number, not 0"},
		{func(c *Config) { c.LearningRate = math.NaN() }, "lr is a positive number, not NaN"},
		{func(c *Config) { c.InitStd = math.Inf(1) }, "init-std is a positive number, not +Inf"},
		{func(c *Config) { c.PixelScale = -1 }, "pixel-scale is a positive number, not -1"},
		{func(c *Config) { c.L2 = -1 }, "l2 is zero or a positive number, not -1"},
		{func(c *Config) { c.EvalEvery = -1 }, "eval-every is zero or a positive number of steps, not -1"},
		{func(c *Config) { c.Optimizer = "rmsprop" }, "optimizer is sgd, momentum or adam, not rmsprop"},
		{func(c *Config) { c.Optimizer, c.Momentum, c.LearningRate = "momentum", 1, 0 }, "momentum lies between 0 and 1, not 1"},
		{func(c *Config) { c.Momentum = 0.5 }, "momentum is for the optimizer momentum, not sgd"},
		{func(c *Config) { c.Schedule.Kind = "linear" }, "lr-schedule is const, step, exp, cosine, triangular or onecycle, not linear"},
		{func(c *Config) { c.Period = math.Inf(1) }, "lr-period is zero or a positive number of epochs, not +Inf"},
		{func(c *Config) { c.Decay = 1.5 }, "lr-decay lies between 0 and 1, not 1.5"},
		{func(c *Config) { c.Schedule.Kind = "step" }, "lr-decay lies between 0 and 1, not 0"},
		{func(c *Config) { c.Min = 0.6 }, "lr-min lies between 0 and lr, not 0.6"},
		{func(c *Config) { c.PctStart = 1 }, "pct-start lies between 0 and 1, not 1"},
		{func(c *Config) { c.Warmup = -1 }, "warmup is zero or a positive number of epochs, not -1"},
		{func(c *Config) { c.Schedule.Kind, c.Warmup = "onecycle", 2 }, "warmup is for the other schedules, not onecycle"},
		{func(c *Config) { c.Schedule.Kind, c.Period = "cosine", 1 }, "lr-period is for the schedules step, exp and triangular, not cosine"},
		{func(c *Config) { c.Schedule.Kind, c.Decay = "triangular", 0.5 }, "lr-decay is for the schedules step and exp, not triangular"},
		{func(c *Config) { c.Min = 0.1 }, "lr-min is for the schedules cosine, triangular and onecycle, not const"},
		{func(c *Config) { c.PctStart = 0.1 }, "pct-start is for the schedule onecycle, not const"},
		{func(c *Config) { c.ValFraction = math.NaN() }, "val-fraction lies between 0 and 1, not NaN"},
		{func(c *Config) { c.ValFraction = 1 }, "val-fraction lies between 0 and 1, not 1"},
		{func(c *Config) { c.Patience, c.ValFraction = -1, 0.1 }, "patience is zero or a positive number of evaluations, not -1"},
		{func(c *Config) { c.Patience = 3 }, "patience needs a validation set, and so a val-fraction above 0, not 0"},
		{func(c *Config) { c.MinDelta = -1 }, "min-delta is zero or a positive number, not -1"},
		{func(c *Config) { c.MinDelta = 0.1 }, "min-delta is for a patience above 0, not 0"},
		{func(c *Config) { c.Time = math.NaN() }, "time is zero or positive, not NaN"},
		{func(c *Config) { c.TargetAccuracy = 97 }, "target-accuracy is a part of 1, such as 0.97, not 97"},
	} {
		c := Preset("default")
		test.alter(&c)
		err := c.Check()
		if !fault.Is(err, fault.BadUsage) || err.Error() != test.want {
			t.Errorf("Check says %q, want %q", err, test.want)
		}
	}
}

func TestCheckForCountsSteps(t *testing.T) {
	for _, test := range []struct {
		batch, epochs, images int
		want                  string
	}{
		{21, 1, 20, "--batch 21 is larger than the training set of 20 images"},
		{1, 10_000_000, 20, "--epochs 10000000, of 20 steps each, are more than 10000000 steps"},
	} {
		c := Preset("default")
		c.Batch, c.Epochs = test.batch, test.epochs
		if err := c.CheckFor(test.images); err == nil || err.Error() != test.want {
			t.Errorf("CheckFor says %v, want %q", err, test.want)
		}
	}
}

func TestShuffleKeepsEveryImage(t *testing.T) {
	f, err := newFeed(new(backendtest.Reference), stripes(50, 1), inOrder(stripes(50, 1)), 1)
	if err != nil {
		t.Fatal(err)
	}
	_, draw := newShuffle(1)
	sorted := slices.Clone(f.permutation)
	last := sorted
	for range 3 {
		if err := f.shuffle(draw); err != nil {
			t.Fatal(err)
		}
		if slices.Equal(f.permutation, last) {
			t.Error("a shuffle changed nothing")
		}
		last = slices.Clone(f.permutation)
		if slices.Sort(f.permutation); !slices.Equal(f.permutation, sorted) {
			t.Fatalf("shuffled to %v", last)
		}
		copy(f.permutation, last)
	}
}
