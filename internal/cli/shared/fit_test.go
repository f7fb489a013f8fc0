package shared

import (
	"testing"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/train"
)

// TestCheckFor checks that a batch that is too large gets a hint, and that other mistakes
// do not.
func TestCheckFor(t *testing.T) {
	for name, test := range map[string]struct {
		change func(c *train.Config)
		hint   bool
	}{
		"more than the images":             {func(c *train.Config) { c.Batch = 101 }, true},
		"more than validation leaves":      {func(c *train.Config) { c.Batch, c.ValFraction = 95, 0.1 }, true},
		"validation that leaves nothing":   {func(c *train.Config) { c.ValFraction = 0.999 }, false},
		"too many steps":                   {func(c *train.Config) { c.Batch, c.Epochs = 1, 1_000_000 }, false},
		"a warm-up as long as the run":     {func(c *train.Config) { c.Batch, c.Epochs, c.Warmup = 50, 1, 1 }, false},
		"a warm-up beside too large batch": {func(c *train.Config) { c.Batch, c.Warmup = 101, 1 }, true},
	} {
		c := train.Preset("default")
		test.change(&c)
		err := CheckFor(c, 100)
		if err == nil || !fault.Is(err, fault.BadUsage) || (fault.Hint(err) != "") != test.hint {
			t.Errorf("%s: %v, exit code %d, hint %q", name, err, fault.ExitCode(err), fault.Hint(err))
		}
	}
	c := train.Preset("default")
	if err := CheckFor(c, c.Batch); err != nil {
		t.Errorf("a batch of all images: %v", err)
	}
}
