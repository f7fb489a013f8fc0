package shared

import (
	"mnistgpu/internal/settings"
	"mnistgpu/internal/train"
)

// farAbove is how many times the value of its preset a setting has to be before it is
// blamed for numbers that are not finite.
const farAbove = 10

// DivergedHint returns what to do about a run of c whose numbers were not finite: to make
// the settings smaller that are far above those of the preset. If there are none, the
// learning rate is to blame or, if untrained is true, what a network has before its first
// step.
func DivergedHint(c train.Config, untrained bool) string {
	usual := train.Preset(c.Preset)
	var large []string
	if c.L2 > 1 || c.L2*c.LearningRate > 1 {
		large = append(large, "--l2")
	}
	if c.InitStd > farAbove*usual.InitStd {
		large = append(large, "--init-std")
	}
	if c.PixelScale > farAbove*usual.PixelScale {
		large = append(large, "--pixel-scale")
	}
	if len(large) == 0 && untrained {
		large = []string{"--init-std", "--pixel-scale"}
	}
	if len(large) == 0 {
		large = []string{"--lr"}
	}
	return "try a smaller " + settings.OneOf(large)
}
