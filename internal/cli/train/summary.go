package train

import (
	"fmt"
	"strconv"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

// newSummary returns the summary of the run. The error is the one that it ended with.
func (s *session) newSummary(r *train.Result, err error) *run.Summary {
	c := s.v.Train
	sum := &run.Summary{
		Status: run.Done, StopReason: string(r.Stop), Backend: s.b.Name(), Device: s.b.Device(),
		Precision: string(s.v.GPU.Precision), Data: s.data.Name,
		Preset: s.v.Preset, Seed: c.Seed, Hidden: c.Hidden, Batch: r.Batch,
		Steps: r.Steps, Epochs: r.Epochs, Seconds: r.Seconds, ImagesPerSecond: r.ImagesPerSecond,
		RunDir: s.dir.Path,
	}
	if len(r.History) > 0 {
		kept := r.History[r.Kept]
		sum.Loss, sum.TrainAccuracy, sum.TestAccuracy = &kept.Loss, &kept.TrainAccuracy, &kept.TestAccuracy
		if c.ValFraction > 0 {
			sum.ValLoss, sum.ValAccuracy = &kept.ValLoss, &kept.ValAccuracy
		}
		if c.Patience > 0 && r.Model != nil {
			sum.KeptStep = &kept.Step
		}
	}
	switch r.Stop {
	case train.StopInterrupted:
		sum.Status = run.Interrupted
		return sum
	case train.StopDiverged:
		sum.Status, sum.Hint = run.Diverged, fault.Hint(err)
	}
	if err != nil {
		sum.Error = err.Error()
	}
	if sum.Status == run.Done && r.LearnedNothing(s.data) {
		sum.LearnedNothing, sum.Hint = s.figures(r), s.remedy(r)
	}
	return sum
}

// print prints the result of the run, for a program or for people.
func (s *session) print(sum *run.Summary) {
	if s.v.JSON {
		s.io.Write(sum.Encode())
		return
	}
	if sum.TestAccuracy != nil {
		validation := ""
		if sum.ValAccuracy != nil {
			validation = fmt.Sprintf("validation %.2f %%, ", 100**sum.ValAccuracy)
		}
		s.io.Printf("test accuracy %.2f %% on %s (%strain %.2f %%, loss %s), %s %s in %s\n%s",
			100**sum.TestAccuracy, sum.Data, validation, 100**sum.TrainAccuracy, ui.Loss(*sum.Loss),
			epochs(sum.Epochs), ui.Plural("epoch", sum.Epochs), ui.Seconds(sum.Seconds), stopText(sum, s.v.Train.Stopping))
	}
	s.io.Printf("results in %s\n", sum.RunDir)
}

// epochs formats a number of epochs with four digits, or with all those before the
// decimal point.
func epochs(n float64) string {
	if n >= 1000 {
		return ui.Thousands(int(n))
	}
	return strconv.FormatFloat(n, 'g', 4, 64)
}

// missedTarget returns the error of a run whose weights miss its target accuracy, or
// nil.
func missedTarget(c train.Config, r *train.Result) error {
	got := r.History[r.Kept].Monitored(c)
	if got >= c.Stopping.TargetAccuracy {
		return nil
	}
	return fault.New(fault.TargetMissed, "target accuracy missed: %s accuracy %.2f %% is below %.2f %%",
		targetImages(c.Stopping), 100*got, 100*c.Stopping.TargetAccuracy)
}

// targetImages names the images on which a target accuracy is measured.
func targetImages(s train.Stopping) string {
	if s.ValFraction > 0 {
		return "validation"
	}
	return "test"
}

// stopText says, in lines of their own, why a run stopped early and which weights it
// kept if they are not the last.
func stopText(s *run.Summary, stopping train.Stopping) string {
	text := map[train.StopReason]string{
		train.StopPatience: fmt.Sprintf("stopped early: no better validation loss in %d evaluations\n", stopping.Patience),
		train.StopTime:     fmt.Sprintf("stopped early: the time limit of %s was reached\n", ui.Seconds(stopping.Time)),
		train.StopTarget:   fmt.Sprintf("stopped: the target of %.2f %% %s accuracy is reached\n", 100*stopping.TargetAccuracy, targetImages(stopping)),
	}[train.StopReason(s.StopReason)]
	if s.KeptEarlier() {
		text += fmt.Sprintf("kept the weights of step %d, whose validation loss of %.4g is the best\n", *s.KeptStep, *s.ValLoss)
	}
	return text
}
