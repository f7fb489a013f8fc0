package train

import (
	"time"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/model"
)

// recent returns the mean loss and the accuracy over the last epoch's worth of
// steps, once it has seen that every loss so far is finite.
func (t *trainer) recent() (loss, accuracy float64, err error) {
	c, err := download(t.b, t.tally)
	if err != nil {
		return 0, 0, err
	}
	for ; t.checked < t.step; t.checked++ {
		if l := c.loss[t.checked]; l-l != 0 { // NaN or infinite
			return 0, 0, &DivergedError{t.checked, "loss"}
		}
	}
	first := max(0, t.step-t.plan.perEpoch)
	loss, accuracy = c.mean(first, t.step, t.imagesIn(first, t.step))
	return loss, accuracy, nil
}

// evaluate adds a line to the history, once it has seen that every weight is
// finite.
func (t *trainer) evaluate() error {
	loss, accuracy, err := t.recent()
	if err != nil {
		return err
	}
	start := time.Now()
	if err := t.snapshot(); err != nil {
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
		if r.ValLoss-r.ValLoss != 0 {
			return &DivergedError{t.step - 1, "validation loss"}
		}
	}
	t.evaluating += time.Since(start)
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
	m := &model.Model{Height: t.data.Height, Width: t.data.Width, PixelScale: t.config.PixelScale}
	for _, p := range t.net.Params() {
		values, err := backend.Download[float32](t.b, p.Tensor)
		if err != nil {
			return err
		}
		tensor := model.Tensor{Name: p.Name, Shape: p.Shape, Values: values}
		if !tensor.Finite() {
			return &DivergedError{t.step - 1, p.Name}
		}
		m.Tensors = append(m.Tensors, tensor)
	}
	t.model = m
	return nil
}
