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
	testLoss, testAccuracy, err := t.test.run(func(int) error { return nil })
	if err != nil {
		return err
	}
	t.evaluating += time.Since(start)
	t.history = append(t.history, Record{
		Step: t.step - 1, Epoch: float64(t.imagesIn(0, t.step)) / float64(t.data.Train.Len()),
		Loss: loss, TrainAccuracy: accuracy, TestLoss: testLoss, TestAccuracy: testAccuracy,
		Seconds: time.Since(t.started).Seconds(),
	})
	t.observer.Evaluated(t.history[len(t.history)-1])
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
