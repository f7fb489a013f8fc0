package train

import (
	"fmt"

	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

// fewSteps is less than any network needs to learn something.
const fewSteps = 100

// figures compares a run that learned nothing with chance.
func (s *session) figures(r *train.Result) string {
	kept := r.History[r.Kept]
	return fmt.Sprintf("training loss %s and test accuracy %.2f %%; guessing by how frequent the classes are gives %s and %.2f %%",
		ui.Loss(kept.Loss), 100*kept.TestAccuracy,
		ui.Loss(train.ChanceOf(s.data.Train.Labels).Loss), 100*train.ChanceOf(s.data.Test.Labels).Accuracy)
}

// remedy says what to do about a run that learned nothing. Steps that are too large leave
// weights that are too large, or units that are 0 for all images; then the loss is far
// above chance, or close to it.
func (s *session) remedy(r *train.Result) string {
	slow := s.v.Train.LearningRate < s.v.UsualLearningRate()
	switch chance := train.ChanceOf(s.data.Train.Labels); {
	case r.History[r.Kept].Loss < 2*chance.Loss && slow:
		return "try a larger --lr; mnistgpu lr-find suggests one"
	case r.History[r.Kept].Loss < 2*chance.Loss && r.Steps < fewSteps:
		return "take more steps, or mnistgpu lr-find suggests another --lr"
	}
	return "try a smaller --lr; mnistgpu lr-find suggests one"
}

// warn warns if the run learned nothing.
func (s *session) warn(sum *run.Summary) {
	if sum.LearnedNothing != "" {
		s.io.Warnf("the network learned nothing: %s", sum.LearnedNothing)
		s.io.Hintf("%s", sum.Hint)
	}
}
