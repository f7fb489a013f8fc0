package train

import (
	"time"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/model"
	"mnistgpu/internal/nn"
)

// recent returns the mean loss and the accuracy over the last epoch's worth of steps,
// after checking that every loss so far is finite.
func (t *trainer) recent() (loss, accuracy float64, err error) {
	c, err := t.finiteCounts()
	if err != nil {
		return 0, 0, err
	}
	first := t.firstRecent()
	loss, accuracy = c.mean(first, t.step, t.imagesIn(first, t.step))
	return loss, accuracy, nil
}

// firstRecent is the first of the last epoch's worth of steps.
func (t *trainer) firstRecent() int { return max(0, t.step-t.plan.perEpoch) }

// finiteCounts returns the tally, after checking that every loss so far is finite.
func (t *trainer) finiteCounts() (counts, error) {
	c, err := download(t.b, t.tally)
	if err != nil {
		return counts{}, err
	}
	for ; t.checked < t.step; t.checked++ {
		if !finite(c.loss[t.checked]) {
			return counts{}, diverged(t.checked, "loss")
		}
	}
	return c, nil
}

// finite reports whether x is neither infinite nor NaN.
func finite(x float64) bool { return x-x == 0 }

// evaluate adds a line to the history, after checking that all weights and all tensors
// that the method keeps are finite.
func (t *trainer) evaluate() error {
	loss, accuracy, err := t.recent()
	if err != nil {
		return err
	}
	start := time.Now()
	if err := t.snapshot(); err != nil {
		return err
	}
	if _, err := t.finiteTensors(t.net.State()); err != nil {
		return err
	}
	r := Record{
		Step: t.step - 1, Epoch: float64(t.imagesIn(0, t.step)) / float64(t.plan.images),
		Loss: loss, TrainAccuracy: accuracy, LearningRate: t.config.learningRate(t.step-1, t.plan),
	}
	if r.TestLoss, r.TestAccuracy, err = t.test.score(); err != nil {
		return err
	}
	if t.validation != nil {
		if r.ValLoss, r.ValAccuracy, err = t.validation.score(); err != nil {
			return err
		}
		if !finite(r.ValLoss) {
			return diverged(t.step-1, "validation loss")
		}
	}
	t.overhead += time.Since(start)
	r.Seconds = time.Since(t.started).Seconds()
	t.history = append(t.history, r)
	if t.config.Patience > 0 {
		t.best.observe(t.history, t.model, t.config.MinDelta)
	}
	t.observer.Evaluated(r)
	t.report(loss, accuracy)
	return nil
}

// snapshot copies the parameters to the host.
func (t *trainer) snapshot() error {
	tensors, err := t.finiteTensors(t.net.Params())
	if err != nil {
		return err
	}
	t.model = t.modelOf(tensors)
	return nil
}

// finiteTensors copies some of the network's tensors to the host and checks that they
// are finite.
func (t *trainer) finiteTensors(params []nn.Param) ([]model.Tensor, error) {
	var tensors []model.Tensor
	for _, p := range params {
		values, err := backend.Download[float32](t.b, p.Tensor)
		if err != nil {
			return nil, err
		}
		tensor := model.Tensor{Name: p.Name, Shape: p.Shape, Values: values}
		if !tensor.Finite() {
			return nil, diverged(t.step-1, p.Name)
		}
		tensors = append(tensors, tensor)
	}
	return tensors, nil
}

// modelOf returns the network with the given parameters.
func (t *trainer) modelOf(params []model.Tensor) *model.Model {
	return &model.Model{
		Tensors: params, Height: t.data.Height, Width: t.data.Width,
		PixelScale: t.config.PixelScale, Form: t.data.Measured.Form,
	}
}
