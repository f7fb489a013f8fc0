package settings

import (
	"slices"

	"mnistgpu/internal/train"
)

var schedule = []*Row{
	{
		Name: "lr-schedule", Group: Schedule, In: Train, Sweep: true, Arg: "NAME",
		Help: OneOf(train.Schedules()) + ": how the learning rate changes; --lr is its peak",
		of:   func(v *Values) Value { return wordOf(&v.Train.Schedule.Kind, train.Schedules()...) },
	}, {
		Name: "lr-period", Group: Schedule, In: Train, Sweep: true, Arg: "EPOCHS",
		Help:   "length of a stage of step, a decay of exp or a cycle of triangular (default a third of the run)",
		needed: scheduled("step", "exp", "triangular"), needs: "--lr-schedule step, exp or triangular",
		must: notNegative,
		of:   func(v *Values) Value { return (*number)(&v.Train.Period) },
	}, {
		Name: "lr-decay", Group: Schedule, In: Train, Sweep: true, Arg: "FACTOR",
		Help:   "factor of step and exp on the learning rate in each period (default 0.1)",
		usual:  forWords("lr-schedule", map[string]string{"step": "0.1", "exp": "0.1"}),
		needed: scheduled("step", "exp"), needs: "--lr-schedule step or exp",
		must: limited("greater than 0 and at most 1", func(x float64) bool { return x > 0 && x <= 1 }),
		of:   func(v *Values) Value { return (*number)(&v.Train.Decay) },
	}, {
		Name: "lr-min", Group: Schedule, In: Train, Sweep: true, Arg: "RATE",
		Help:   "learning rate where cosine ends and triangular and onecycle begin (default 0, lr/4 and lr/25)",
		usual:  usualLowestRate,
		needed: scheduled("cosine", "triangular", "onecycle"), needs: "--lr-schedule cosine, triangular or onecycle",
		must: &rule{"from 0 to --lr", func(v *Values, x float64) bool { return x >= 0 && x <= v.Train.LearningRate }},
		of:   func(v *Values) Value { return (*number)(&v.Train.Min) },
	}, {
		Name: "pct-start", Group: Schedule, In: Train, Sweep: true, Arg: "FRACTION",
		Help:   "part of a onecycle run in which the learning rate rises (default 0.3)",
		usual:  forWords("lr-schedule", map[string]string{"onecycle": "0.3"}),
		needed: scheduled("onecycle"), needs: "--lr-schedule onecycle",
		must: belowOne,
		of:   func(v *Values) Value { return (*number)(&v.Train.PctStart) },
	}, {
		Name: "warmup", Group: Schedule, In: Train, Sweep: true, Arg: "EPOCHS",
		Help:   "epochs at the start in which the learning rate rises linearly from 0",
		needed: scheduled("const", "step", "exp", "cosine", "triangular"), needs: "another --lr-schedule than onecycle, which has a warm-up of its own",
		must: notNegative,
		of:   func(v *Values) Value { return (*number)(&v.Train.Warmup) },
	},
}

func scheduled(kinds ...string) func(*Values) bool {
	return func(v *Values) bool { return slices.Contains(kinds, v.Train.Schedule.Kind) }
}

// usualLowestRate is a quarter of the learning rate for triangular and, as in PyTorch, a
// twenty-fifth for onecycle.
func usualLowestRate(v *Values) (value, on string) {
	lr := v.Train.LearningRate
	switch v.Train.Schedule.Kind {
	case "triangular":
		n := number(lr / 4)
		return n.String(), "lr-schedule"
	case "onecycle":
		return brief(lr / 25), "lr-schedule"
	}
	return "", ""
}

var stopping = []*Row{
	{
		Name: "val-fraction", Group: Stopping, In: Train, Sweep: true, Arg: "FRACTION",
		Help: "part of the training images, and of each class, that is held out for validation, such as 0.1", must: belowOne,
		of: func(v *Values) Value { return (*number)(&v.Train.ValFraction) },
	}, {
		Name: "patience", Group: Stopping, In: Train, Sweep: true, Arg: "EVALUATIONS",
		Help:   "stop after this many evaluations without a better validation loss, and keep the best weights; 0 is never",
		needed: func(v *Values) bool { return v.Train.ValFraction > 0 }, needs: "a validation set: add --val-fraction 0.1",
		must: notNegative,
		of:   func(v *Values) Value { return (*count)(&v.Train.Patience) },
	}, {
		Name: "min-delta", Group: Stopping, In: Train, Sweep: true, Arg: "LOSS",
		Help:   "least decrease of the validation loss that counts as better",
		needed: func(v *Values) bool { return v.Train.Patience > 0 }, needs: "--patience",
		must: notNegative,
		of:   func(v *Values) Value { return (*number)(&v.Train.MinDelta) },
	}, {
		Name: "time", Group: Stopping, In: Train, Sweep: true, Arg: "TIME",
		Help: "stop after this time, such as 10m; 0 is never. Schedules ignore it",
		must: notNegative,
		of:   func(v *Values) Value { return (*seconds)(&v.Train.Time) },
	}, {
		Name: "target-accuracy", Group: Stopping, In: Train, Sweep: true, Arg: "FRACTION",
		Help: "stop at this accuracy on the validation set or, without one, on the test set, such as 0.97", must: fraction,
		of: func(v *Values) Value { return (*number)(&v.Train.TargetAccuracy) },
	},
}

var saving = []*Row{
	{
		Name: "run-dir", Group: Saving, Scope: Invocation, In: Train | LRFind, Arg: "DIR",
		Help: "new folder for the results (default runs/NAME-001, -002, ...)",
		of:   func(v *Values) Value { return (*text)(&v.RunDir) },
	}, {
		Name: "save-every", Group: Saving, Scope: Run, In: Train | Sweep | Resume, Default: eachEpoch, Arg: "STEPS|TIME|epoch",
		Help: "how often to save the state to resume from",
		of:   func(v *Values) Value { return &v.SaveEvery },
	}, {
		Name: "keep", Group: Saving, Scope: Run, In: Train | Resume, Default: "2", Arg: "N",
		Help: "number of saved states to keep, the newest ones", must: atLeastOne,
		of: func(v *Values) Value { return (*count)(&v.Keep) },
	}, {
		Name: "resume", Group: Saving, Scope: Invocation, In: Train, Default: "never",
		Help:   "auto continues the run in --run-dir if it was started before",
		needed: func(v *Values) bool { return v.RunDir != "" }, needs: "the folder of the run: --run-dir DIR",
		of: func(v *Values) Value { return wordOf(&v.Resume, "never", "auto") },
	}, {
		Name: "report", Group: Saving, Scope: Invocation, In: Train | Resume, Default: "true",
		Help: "draw the results into the run folder at the end",
		of:   func(v *Values) Value { return (*toggle)(&v.Report) },
	},
}

var output = []*Row{
	{
		Name: "json", Group: Output, Scope: Invocation, In: Train | LRFind | Resume, Default: "false",
		Help: "print the results as one JSON object, the last line of stdout",
		of:   func(v *Values) Value { return (*toggle)(&v.JSON) },
	}, {
		Name: "quiet", Group: Output, Scope: Invocation, In: Train | LRFind | Resume, Default: "false",
		Help: "show no progress",
		of:   func(v *Values) Value { return (*toggle)(&v.Quiet) },
	},
}
