package train

import (
	"slices"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/model"
	"mnistgpu/internal/nn"
)

// checkState returns an error of the kind fault.BadState if s is not a state of a run like t, so that
// nothing in it can lead the run astray.
func (t *trainer) checkState(s *State) error {
	if s.Step < 1 || s.Step > t.plan.steps {
		return stateErrorf("the state is after %d steps of a run of %d", s.Step, t.plan.steps)
	}
	if epoch, cursor := t.plan.position(s.Step); s.Epoch != epoch || s.Cursor != cursor {
		return stateErrorf("the state after %d steps must be at image %d of epoch %d (got image %d of epoch %d)", s.Step, cursor, epoch, s.Cursor, s.Epoch)
	}
	if !permutes(s.Order, t.feed.permutation, t.data.Train.Len()) {
		return stateErrorf("the order of the images is not that of the %d to learn from", t.plan.images)
	}
	if generator, _ := newShuffle(0); generator.UnmarshalBinary(s.Generator) != nil {
		return stateErrorf("the state of the random numbers is damaged")
	}
	if err := checkTensors(s.Parameters, t.net.Params()); err != nil {
		return err
	}
	if err := checkTensors(s.Method, t.net.State()); err != nil {
		return err
	}
	recent := min(s.Step, t.plan.perEpoch)
	if len(s.Loss) != recent || len(s.Hits) != recent || !allFinite(s.Loss) {
		return stateErrorf("the state must have finite losses and hits of %d steps (got %d and %d)", recent, len(s.Loss), len(s.Hits))
	}
	return t.checkHistory(s)
}

func stateErrorf(format string, args ...any) error {
	return fault.New(fault.BadState, format, args...)
}

// permutes reports whether order has each of the numbers in images, which are below n,
// exactly once.
func permutes(order, images []int32, n int) bool {
	if len(order) != len(images) {
		return false
	}
	there := make([]bool, n)
	for _, i := range images {
		there[i] = true
	}
	for _, i := range order {
		if i < 0 || int(i) >= n || !there[i] {
			return false
		}
		there[i] = false
	}
	return true
}

// checkTensors checks that the tensors are like those of the network.
func checkTensors(tensors []model.Tensor, params []nn.Param) error {
	if len(tensors) != len(params) {
		return stateErrorf("the state must have %d tensors (got %d)", len(params), len(tensors))
	}
	for i, p := range params {
		got := tensors[i]
		if got.Name != p.Name || !slices.Equal(got.Shape, p.Shape) || len(got.Values) != p.Tensor.Len() || !got.Finite() {
			return stateErrorf("tensor %d of the state must be %s %v with finite numbers (got %s %v)", i, p.Name, p.Shape, got.Name, got.Shape)
		}
	}
	return nil
}

// checkHistory checks the history of s and its best line.
func (t *trainer) checkHistory(s *State) error {
	last := -1
	for i, r := range s.History {
		// A test loss may be infinite: the run does not depend on it.
		figures := []float64{r.Epoch, r.Loss, r.TrainAccuracy, r.TestAccuracy, r.ValLoss, r.ValAccuracy, r.LearningRate, r.Seconds}
		if r.Step <= last || r.Step >= s.Step || !allFinite(figures) {
			return stateErrorf("line %d of the history must have a step from %d to %d and finite numbers (got step %d)", i+1, last+1, s.Step-1, r.Step)
		}
		last = r.Step
	}
	if !allFinite([]float64{s.Seconds, s.Overhead}) || s.Seconds < 0 || s.Overhead < 0 {
		return stateErrorf("the state has a time of %v seconds, %v of them overhead", s.Seconds, s.Overhead)
	}
	b := s.Best
	if (b != nil) != (t.config.Patience > 0 && len(s.History) > 0) {
		return stateErrorf("the best evaluation must be in the state if, and only if, the run has a --patience")
	}
	if b == nil {
		return nil
	}
	if b.Record < 0 || b.Since < 0 || b.Record+b.Since != len(s.History)-1 {
		return stateErrorf("the best evaluation is line %d, with %d since: the history has %d", b.Record+1, b.Since, len(s.History))
	}
	return checkTensors(b.Parameters, t.net.Params())
}

func allFinite(numbers []float64) bool {
	return !slices.ContainsFunc(numbers, func(x float64) bool { return !finite(x) })
}
