package train

import (
	"fmt"
	"slices"

	"mnistgpu/internal/model"
	"mnistgpu/internal/nn"
)

// A StateError says in one line why a run cannot be resumed from a state.
type StateError struct{ text string }

func (e *StateError) Error() string { return e.text }

// checkState returns a [*StateError] if s is not a state of a run like t, so that
// nothing in it can lead the run astray.
func (t *trainer) checkState(s *State) error {
	if s.Step < 1 || s.Step > t.plan.steps {
		return stateErrorf("the state is after %d steps of a run of %d", s.Step, t.plan.steps)
	}
	if epoch, cursor := t.plan.position(s.Step); s.Epoch != epoch || s.Cursor != cursor {
		return stateErrorf("the state after %d steps is at image %d of epoch %d: want image %d of epoch %d", s.Step, s.Cursor, s.Epoch, cursor, epoch)
	}
	if !permutes(s.Order, t.feed.permutation, t.data.Train.Len()) {
		return stateErrorf("the order of the images is not one of the %d to learn from", t.plan.images)
	}
	if generator, _ := newShuffle(0); generator.UnmarshalBinary(s.Generator) != nil {
		return stateErrorf("the generator's state is none")
	}
	if err := checkTensors(s.Parameters, t.net.Params()); err != nil {
		return err
	}
	if err := checkTensors(s.Method, t.net.State()); err != nil {
		return err
	}
	recent := min(s.Step, t.plan.perEpoch)
	if len(s.Loss) != recent || len(s.Hits) != recent || !allFinite(s.Loss) {
		return stateErrorf("the state has losses of %d steps and hits of %d: want %d, and finite losses", len(s.Loss), len(s.Hits), recent)
	}
	return t.checkHistory(s)
}

func stateErrorf(format string, args ...any) error {
	return &StateError{fmt.Sprintf(format, args...)}
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
		return stateErrorf("the state has %d tensors: want %d", len(tensors), len(params))
	}
	for i, p := range params {
		got := tensors[i]
		if got.Name != p.Name || !slices.Equal(got.Shape, p.Shape) || len(got.Values) != p.Tensor.Len() || !got.Finite() {
			return stateErrorf("tensor %d of the state is %s %v: want %s %v, and finite numbers", i, got.Name, got.Shape, p.Name, p.Shape)
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
			return stateErrorf("line %d of the history is of step %d: want one from %d to %d, and finite figures", i+1, r.Step, last+1, s.Step-1)
		}
		last = r.Step
	}
	if !allFinite([]float64{s.Seconds, s.Aside}) || s.Seconds < 0 || s.Aside < 0 {
		return stateErrorf("the state has a time of %v seconds, %v of them aside", s.Seconds, s.Aside)
	}
	b := s.Best
	if (b != nil) != (t.config.Patience > 0 && len(s.History) > 0) {
		return stateErrorf("the best evaluation of the state is missing, or too many")
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
