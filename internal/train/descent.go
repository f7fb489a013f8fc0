package train

import (
	"mnistgpu/internal/backend"
	"mnistgpu/internal/nn"
)

// Descent is the method of gradient descent.
type Descent struct {
	Optimizer nn.Method // sgd, momentum or adam
	Momentum  float64   // of momentum: fraction of the last update that is kept
}

// Optimizers lists the names that a Descent's Optimizer can have.
func Optimizers() []string {
	return []string{string(nn.SGD), string(nn.Momentum), string(nn.Adam)}
}

// newOptimizer returns the optimizer of the run, with the learning rate of each step in
// a table on the device.
func (t *trainer) newOptimizer() (nn.Optimizer, error) {
	o := nn.Optimizer{
		Method:   t.config.Optimizer,
		Momentum: float32(t.config.Momentum),
		Beta1:    0.9, Beta2: 0.999, Epsilon: 1e-8, // of Adam's paper
		L2:   float32(t.config.L2),
		Step: t.tally.Step,
	}
	schedule := t.config.Rates(t.plan.perEpoch)
	var err error
	o.LearningRate, err = backend.New(t.b, len(schedule), 1, o.Rates(schedule))
	return o, err
}
