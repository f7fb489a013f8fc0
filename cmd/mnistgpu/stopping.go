package main

import (
	"fmt"

	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
)

// missedTarget returns the error of a run whose weights miss its target accuracy, or
// nil.
func missedTarget(c train.Config, r *train.Result) error {
	got := r.History[r.Kept].Judged(c)
	if got >= c.TargetAccuracy {
		return nil
	}
	return &failure{
		code: exitTarget,
		err:  fmt.Errorf("target accuracy missed: %s accuracy %.2f %% is below %.2f %%", judge(c.Stopping), 100*got, 100*c.TargetAccuracy),
	}
}

// judge names the images on which a target accuracy is measured.
func judge(s train.Stopping) string {
	if s.ValFraction > 0 {
		return "validation"
	}
	return "test"
}

// stopText says, in lines of their own, why a run stopped early and which weights
// it kept if they are not the last.
func stopText(s *run.Summary, stopping train.Stopping) string {
	text := map[train.StopReason]string{
		train.StopPatience: fmt.Sprintf("stopped early: no better validation loss in %d evaluations\n", stopping.Patience),
		train.StopTime:     fmt.Sprintf("stopped early: the time limit of %s was reached\n", seconds(stopping.Time)),
		train.StopTarget:   fmt.Sprintf("stopped: the target of %.2f %% %s accuracy is reached\n", 100*stopping.TargetAccuracy, judge(stopping)),
	}[train.StopReason(s.StopReason)]
	if s.KeptStep != nil && *s.KeptStep != s.Steps-1 {
		text += fmt.Sprintf("kept the weights of step %d, whose validation loss of %.4g is the best\n", *s.KeptStep, *s.ValLoss)
	}
	return text
}
