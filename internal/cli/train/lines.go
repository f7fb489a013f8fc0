package train

import (
	"fmt"
	"strconv"
	"time"

	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

// planLine says what a run is about to do.
func planLine(p train.Plan) string {
	held := ""
	if p.ValImages > 0 {
		held = fmt.Sprintf(" (%s held out)", ui.Thousands(p.ValImages))
	}
	line := fmt.Sprintf("training %s parameters on %s images%s: %s steps of %s",
		ui.Thousands(p.Parameters), ui.Thousands(p.TrainImages), held, ui.Thousands(p.Steps), ui.Thousands(p.Batch))
	if p.Begun > 0 {
		line += fmt.Sprintf(", %s of them done", ui.Thousands(p.Begun))
	}
	if p.Estimate >= 2*time.Second {
		line += ", about " + ui.Clock(p.Estimate)
	}
	return line
}

// progressParts returns how far a run has come, how well it is doing and how long it
// will still take.
func progressParts(p train.Progress) []string {
	return []string{
		position(p.Step, p.Steps, p.StepsPerEpoch), "loss " + ui.Loss(p.Loss), fmt.Sprintf("train %.2f %%", 100*p.Accuracy),
		ui.Thousands(int(p.ImagesPerSecond)) + " images/s", "ETA " + ui.Clock(p.Remaining),
	}
}

// recordLine formats a line of the history for people.
func recordLine(p train.Plan, r train.Record) string {
	validation := ""
	if p.ValImages > 0 {
		validation = fmt.Sprintf("  validation %.2f %%", 100*r.ValAccuracy)
	}
	return fmt.Sprintf("%s  loss %s  train %.2f %%%s  test %.2f %%  %s",
		position(r.Step+1, p.Steps, p.StepsPerEpoch), ui.Loss(r.Loss), 100*r.TrainAccuracy, validation, 100*r.TestAccuracy,
		ui.Seconds(r.Seconds))
}

// position counts epochs if the run consists of whole epochs of several steps, and
// otherwise steps.
func position(step, steps, perEpoch int) string {
	if perEpoch == 1 || steps%perEpoch != 0 {
		return fmt.Sprintf("step %*d/%d", len(strconv.Itoa(steps)), step, steps)
	}
	epochs := steps / perEpoch
	epoch := min((step-1)/perEpoch+1, epochs)
	return fmt.Sprintf("epoch %*d/%d", len(strconv.Itoa(epochs)), epoch, epochs)
}
