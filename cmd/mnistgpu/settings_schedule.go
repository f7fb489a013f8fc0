package main

import (
	"strings"

	"github.com/spf13/pflag"

	"mnistgpu/internal/train"
)

// registerDescent defines the flags of the optimizer.
func registerDescent(f *pflag.FlagSet, d *train.Descent) {
	f.StringVar((*string)(&d.Optimizer), "optimizer", string(d.Optimizer), strings.Join(train.Optimizers(), ", ")+"; without --lr, momentum uses (1-momentum) times the preset's learning rate and adam 0.001")
	f.Float64Var(&d.Momentum, "momentum", d.Momentum, "`part` of the last update that momentum keeps (default 0.9)")
}

// registerSchedule defines the flags that say how the learning rate changes.
func registerSchedule(f *pflag.FlagSet, s *train.Schedule) {
	kinds := strings.Join(train.Schedules(), ", ")
	f.StringVar(&s.Kind, "lr-schedule", s.Kind, "how the learning rate changes from step to step, --lr being its highest: "+kinds)
	f.Float64Var(&s.Period, "lr-period", s.Period, "`epochs` in a stage of step, a decay of exp or a cycle of triangular (default a third of the run)")
	f.Float64Var(&s.Decay, "lr-decay", s.Decay, "what step and exp multiply the rate by in each period (default 0.1)")
	f.Float64Var(&s.Min, "lr-min", s.Min, "`rate` where cosine ends and triangular and onecycle begin (default 0, lr/4 and lr/25)")
	f.Float64Var(&s.PctStart, "pct-start", s.PctStart, "part of a onecycle run in which the rate rises (default 0.3)")
	f.Float64Var(&s.Warmup, "warmup", s.Warmup, "`epochs` at the start in which the rate rises evenly from 0")
}

// registerStopping defines the flags that say what ends a run early.
func registerStopping(f *pflag.FlagSet, s *train.Stopping) {
	f.Float64Var(&s.ValFraction, "val-fraction", s.ValFraction, "part of the training images that is held out for validation, such as 0.1")
	f.IntVar(&s.Patience, "patience", s.Patience, "stop after this many `evaluations` without a better validation loss, and keep the best weights")
	f.Float64Var(&s.MinDelta, "min-delta", s.MinDelta, "least decrease of the `loss` that counts as better")
	f.Var((*timeLimit)(&s.Time), "time", "stop after this time, such as 10m; schedules ignore it")
	f.Float64Var(&s.TargetAccuracy, "target-accuracy", s.TargetAccuracy, "stop at this accuracy on the validation set, or on the test set if there is none, such as 0.97; exit code 9 if it is missed")
}
