package train

import (
	"cmp"
	"slices"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/nn"
)

// Descent is the way downhill.
type Descent struct {
	Optimizer nn.Method // sgd, momentum or adam
	Momentum  float64   // of momentum: what is kept of the last update; 0 is 0.9
}

// Optimizers lists the names that a Descent's Optimizer can have.
func Optimizers() []string {
	return []string{string(nn.SGD), string(nn.Momentum), string(nn.Adam)}
}

func (d Descent) rules() []rule {
	return []rule{
		{slices.Contains(Optimizers(), string(d.Optimizer)), "optimizer is sgd, momentum or adam", d.Optimizer},
		{d.Momentum >= 0 && d.Momentum < 1, "momentum lies between 0 and 1", d.Momentum},
		{d.Momentum == 0 || d.Optimizer == nn.Momentum, "momentum is for the optimizer momentum", d.Optimizer},
	}
}

func (d Descent) momentum() float64 { return cmp.Or(d.Momentum, 0.9) }

// UsualRate is a learning rate to begin with, if c has that of its preset: for
// momentum, which follows a constant gradient 1/(1-momentum) times as fast, as
// much less; for Adam that of its paper, whose steps do not grow with the
// gradient.
func (c Config) UsualRate() float64 {
	switch c.Optimizer {
	case nn.Momentum:
		return c.LearningRate * (1 - c.momentum())
	case nn.Adam:
		return 0.001
	}
	return c.LearningRate
}

// newOptimizer puts the learning rate of each step into a table on the device.
func (t *trainer) newOptimizer() (nn.Optimizer, error) {
	o := nn.Optimizer{
		Method:   t.config.Optimizer,
		Momentum: float32(t.config.momentum()),
		Beta1:    0.9, Beta2: 0.999, Epsilon: 1e-8, // of Adam's paper
		L2:   float32(t.config.L2),
		Step: t.tally.Step,
	}
	schedule := t.config.Rates(t.plan.perEpoch)
	var err error
	o.LearningRate, err = backend.New(t.b, len(schedule), 1, o.Rates(schedule))
	return o, err
}
