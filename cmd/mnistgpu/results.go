package main

import (
	"fmt"
	"io"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
)

// newSummary returns the summary of a run.
func newSummary(s *settings, b backend.Backend, data *mnist.Dataset, dir *run.Dir, r *train.Result, err error) *run.Summary {
	sum := &run.Summary{
		Status: run.Done, StopReason: string(r.Stop), Backend: b.Name(), Device: b.Device(), Precision: s.gpu.Precision.String(), Data: data.Name,
		Preset: s.preset, Seed: s.config.Seed, Hidden: s.config.Hidden, Batch: r.Batch,
		Steps: r.Steps, Epochs: r.Epochs, Seconds: r.Seconds, ImagesPerSecond: r.ImagesPerSecond,
		RunDir: dir.Path,
	}
	if len(r.History) > 0 {
		kept := r.History[r.Kept]
		sum.Loss, sum.TrainAccuracy, sum.TestAccuracy = &kept.Loss, &kept.TrainAccuracy, &kept.TestAccuracy
		if s.config.ValFraction > 0 {
			sum.ValLoss, sum.ValAccuracy = &kept.ValLoss, &kept.ValAccuracy
		}
		if s.config.Patience > 0 {
			sum.KeptStep = &kept.Step
		}
	}
	switch r.Stop {
	case train.StopInterrupted:
		sum.Status = run.Interrupted
		return sum
	case train.StopDiverged:
		sum.Status = run.Diverged
	}
	if err != nil {
		sum.Error = err.Error()
	}
	return sum
}

// printSummary writes the result of a run, for a program or for people.
func printSummary(w io.Writer, s *run.Summary, stopping train.Stopping, asJSON bool) error {
	if asJSON {
		_, err := w.Write(s.Encode())
		return err
	}
	if s.TestAccuracy == nil {
		_, err := fmt.Fprintf(w, "results in %s\n", s.RunDir)
		return err
	}
	validation := ""
	if s.ValAccuracy != nil {
		validation = fmt.Sprintf("validation %.2f %%, ", 100**s.ValAccuracy)
	}
	_, err := fmt.Fprintf(w, "test accuracy %.2f %% on %s (%strain %.2f %%, loss %s), %.4g %s in %s\n%sresults in %s\n",
		100**s.TestAccuracy, s.Data, validation, 100**s.TrainAccuracy, lossText(*s.Loss), s.Epochs, plural("epoch", s.Epochs),
		seconds(s.Seconds), stopText(s, stopping), s.RunDir)
	return err
}
