package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"mnistgpu/internal/train"
)

// planLine says what a run is about to do.
func planLine(p train.Plan) string {
	held := ""
	if p.ValImages > 0 {
		held = fmt.Sprintf(" (%s held out)", thousands(p.ValImages))
	}
	line := fmt.Sprintf("training %s parameters on %s images%s: %s steps of %s",
		thousands(p.Parameters), thousands(p.TrainImages), held, thousands(p.Steps), thousands(p.Batch))
	if p.Begun > 0 {
		line += fmt.Sprintf(", %s of them done", thousands(p.Begun))
	}
	if p.Estimate >= 2*time.Second {
		line += ", about " + clock(p.Estimate)
	}
	return line
}

// progressParts returns how far a run has come, how well it is doing and how long it
// will still take.
func progressParts(p train.Progress) []string {
	return []string{
		position(p.Step, p.Steps, p.StepsPerEpoch), "loss " + lossText(p.Loss), fmt.Sprintf("train %.2f %%", 100*p.Accuracy),
		thousands(int(p.ImagesPerSecond)) + " images/s", "ETA " + clock(p.Remaining),
	}
}

// joinParts puts parts into a line.
func joinParts(parts []string) string { return strings.Join(parts, "  ") }

// fitParts joins as many parts as fit into room characters. It drops parts from the
// end, but keeps the first and the last one, and truncates these if they are still too
// long.
func fitParts(parts []string, room int) string {
	line := joinParts(parts)
	for len(line) > room && len(parts) > 2 {
		last := len(parts) - 1
		parts = append(parts[:last-1:last-1], parts[last])
		line = joinParts(parts)
	}
	return line[:max(0, min(room, len(line)))]
}

// recordLine formats a line of the history for people.
func recordLine(p train.Plan, r train.Record) string {
	validation := ""
	if p.ValImages > 0 {
		validation = fmt.Sprintf("  validation %.2f %%", 100*r.ValAccuracy)
	}
	return fmt.Sprintf("%s  loss %s  train %.2f %%%s  test %.2f %%  %s",
		position(r.Step+1, p.Steps, p.StepsPerEpoch), lossText(r.Loss), 100*r.TrainAccuracy, validation, 100*r.TestAccuracy,
		seconds(r.Seconds))
}

// lossText formats a loss with four digits, or with all those before the decimal point.
func lossText(loss float64) string {
	if loss >= 1000 {
		return fmt.Sprintf("%.0f", loss)
	}
	return fmt.Sprintf("%.4g", loss)
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

// thousands groups the digits of n: 60,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// seconds is clock for a number of seconds.
func seconds(s float64) string { return clock(time.Duration(s * float64(time.Second))) }

// plural returns the word for n of something, given the word for one.
func plural(one string, n float64) string {
	if n == 1 {
		return one
	}
	return one + "s"
}

// clock formats a time for people: "8.3s", "2m05s", "1h03m".
func clock(d time.Duration) string {
	whole := int(math.Round(d.Seconds()))
	switch {
	case d.Seconds() < 59.95:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case whole < 3600:
		return fmt.Sprintf("%dm%02ds", whole/60, whole%60)
	}
	return fmt.Sprintf("%dh%02dm", whole/3600, whole%3600/60)
}
