package train

import (
	"strconv"

	"mnistgpu/internal/nn"
)

// FillIn sets each setting that depends on another one to its usual value for it,
// unless its flag was given:
//
//	momentum   0.9 for the optimizer momentum
//	lr         for momentum, (1-momentum) times that of the preset, which c has, since it
//	           follows a constant gradient 1/(1-momentum) times as fast; for adam, 0.001
//	           as in its paper, since its steps do not grow with the gradient
//	lr-decay   0.1 for the schedules step and exp
//	lr-min     lr/4 for triangular, lr/25 for onecycle
//	pct-start  0.3 for onecycle
//
// It returns the flags of the settings that it changed, each with the flag that it
// depends on.
func (c *Config) FillIn(given func(flag string) bool) map[string]string {
	filled := map[string]string{}
	fill := func(setting *float64, flag, on string, usual float64) {
		if !given(flag) && *setting != usual {
			*setting, filled[flag] = usual, on
		}
	}
	const optimizer, schedule = "optimizer", "lr-schedule"
	switch c.Optimizer {
	case nn.Momentum:
		fill(&c.Momentum, "momentum", optimizer, 0.9)
		fill(&c.LearningRate, "lr", optimizer, brief(c.LearningRate*(1-c.Momentum)))
	case nn.Adam:
		fill(&c.LearningRate, "lr", optimizer, 0.001)
	}
	switch c.Schedule.Kind {
	case stepRate, expRate:
		fill(&c.Decay, "lr-decay", schedule, 0.1)
	case triangularRate:
		fill(&c.Min, "lr-min", schedule, c.LearningRate/4)
	case oneCycleRate:
		fill(&c.Min, "lr-min", schedule, brief(c.LearningRate/25))
		fill(&c.PctStart, "pct-start", schedule, 0.3)
	}
	return filled
}

// brief rounds x to twelve digits, so that 0.5·(1-0.9) is 0.05.
func brief(x float64) float64 {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 12, 64), 64)
	if err != nil {
		return x // too large for a float64 once it is rounded
	}
	return y
}
