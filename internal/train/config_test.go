package train

import (
	"errors"
	"math"
	"slices"
	"testing"

	"mnistgpu/internal/backend/backendtest"
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
		{func(c *Config) { c.Batch = -1 }, "batch is a positive number or full, not -1"},
		{func(c *Config) { c.Epochs = -1 }, "epochs is a positive number, not -1"},
		{func(c *Config) { c.Epochs = 0 }, "epochs or steps is a positive number, not 0"},
		{func(c *Config) { c.Steps = maxSteps + 1 }, "steps lies between 1 and 10000000, not 10000001"},
		{func(c *Config) { c.LearningRate = 0 }, "lr is a positive number, not 0"},
		{func(c *Config) { c.LearningRate = math.NaN() }, "lr is a positive number, not NaN"},
		{func(c *Config) { c.InitStd = math.Inf(1) }, "init-std is a positive number, not +Inf"},
		{func(c *Config) { c.PixelScale = -1 }, "pixel-scale is a positive number, not -1"},
		{func(c *Config) { c.L2 = -1 }, "l2 is zero or a positive number, not -1"},
		{func(c *Config) { c.EvalEvery = -1 }, "eval-every is zero or a positive number of steps, not -1"},
	} {
		c := Preset("default")
		test.alter(&c)
		err := c.Check()
		var config *ConfigError
		if !errors.As(err, &config) || err.Error() != test.want {
			t.Errorf("Check says %q, want %q", err, test.want)
		}
	}
}

func TestCheckForCountsSteps(t *testing.T) {
	for _, test := range []struct {
		batch, epochs, images int
		want                  string
	}{
		{21, 1, 20, "batch of 21 is larger than the training set of 20 images"},
		{1, 10_000_000, 20, "10000000 epochs of 20 steps are more than 10000000 steps"},
	} {
		c := Preset("default")
		c.Batch, c.Epochs = test.batch, test.epochs
		if err := c.CheckFor(test.images); err == nil || err.Error() != test.want {
			t.Errorf("CheckFor says %v, want %q", err, test.want)
		}
	}
}

func TestShuffleKeepsEveryImage(t *testing.T) {
	f, err := newFeed(new(backendtest.Reference), stripes(50, 1), 1)
	if err != nil {
		t.Fatal(err)
	}
	draw := newShuffle(1)
	inOrder := slices.Clone(f.permutation)
	last := inOrder
	for range 3 {
		if err := f.shuffle(draw); err != nil {
			t.Fatal(err)
		}
		if slices.Equal(f.permutation, last) {
			t.Error("a shuffle changed nothing")
		}
		last = slices.Clone(f.permutation)
		if slices.Sort(f.permutation); !slices.Equal(f.permutation, inOrder) {
			t.Fatalf("shuffled to %v", last)
		}
		copy(f.permutation, last)
	}
}
