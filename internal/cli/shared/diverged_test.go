package shared

import (
	"testing"

	"mnistgpu/internal/train"
)

// TestDivergedHint checks that the setting to blame is named, at both sides of each limit.
func TestDivergedHint(t *testing.T) {
	for _, test := range []struct {
		alter     func(*train.Config)
		untrained bool
		want      string
	}{
		{func(c *train.Config) {}, false, "--lr"},
		{func(c *train.Config) { c.LearningRate = 1e30 }, false, "--lr"},
		{func(c *train.Config) {}, true, "--init-std or --pixel-scale"}, // many layers
		{func(c *train.Config) { c.L2 = 1e38 }, false, "--l2"},
		{func(c *train.Config) { c.L2, c.LearningRate = 1.5, 1e-3 }, false, "--l2"},
		{func(c *train.Config) { c.L2, c.LearningRate = 1, 1 }, false, "--lr"},
		{func(c *train.Config) { c.L2, c.LearningRate = 0.5, 3 }, false, "--l2"},
		{func(c *train.Config) { c.InitStd = 0.3 }, false, "--lr"},
		{func(c *train.Config) { c.InitStd = 0.31 }, false, "--init-std"},
		{func(c *train.Config) { c.InitStd = 1e38 }, true, "--init-std"},
		{func(c *train.Config) { c.PixelScale = 1 }, false, "--pixel-scale"},
		{func(c *train.Config) { *c = train.Preset("notebook") }, false, "--lr"}, // whose pixels are raw
		{func(c *train.Config) { c.L2, c.InitStd, c.PixelScale = 1e38, 1e38, 1e38 }, true, "--l2, --init-std or --pixel-scale"},
	} {
		c := train.Preset("default")
		test.alter(&c)
		if got := DivergedHint(c, test.untrained); got != "try a smaller "+test.want {
			t.Errorf("l2 %v, init-std %v, pixel-scale %v, lr %v: got %q, want %q", c.L2, c.InitStd, c.PixelScale, c.LearningRate, got, test.want)
		}
	}
}
