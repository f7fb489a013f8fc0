// Package train has the commands that train a network: train and resume.
package train

import (
	"context"

	"github.com/spf13/cobra"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

const help = `Train a network and leave a run folder behind.

The preset fills in the settings; a flag always overrides it. The preset "default"
trains 400 hidden units on 28x28 images, scaled to [0, 1], in shuffled batches of
128. The preset "notebook" trains 1024 hidden units by gradient descent on all
images at once, with raw pixels, as the TensorFlow 1 tutorial did.

The data set is MNIST, downloaded if necessary, or digits that the program draws
(synthetic), or the four IDX files in a folder of yours. MNISTGPU_DATA names a
folder that holds MNIST; MNISTGPU_HOME moves the cache.

The run folder holds config.toml, history.csv, summary.json, model.safetensors
and a report: open its report.html. If --classes or a classes.txt in the folder of
your data names the classes, the names are kept with the run.

The run saves its state there too, so that mnistgpu resume can continue it if it was
killed: see mnistgpu resume --help. By default it saves at the end of an epoch, and
skips saves that would cost more than 1 % of its time. If a state cannot be saved,
the run warns and continues; if the last save fails too, the exit code is 8. The
first SIGINT (Ctrl-C), SIGTERM or SIGHUP (a closed terminal) lets the run finish its
current step and save its state and results; a second one ends it at once. A run
whose output nobody can read any more goes on to its end, saves, and exits with 8.`

const examples = `  mnistgpu train
  mnistgpu train --preset notebook --backend cpu
  mnistgpu train --hidden 1024,512 --epochs 20 --lr 0.2 --seed 3 --json
  mnistgpu train --data my-letters --classes 26
  mnistgpu train --data my-pets --classes cat,dog,hamster
  mnistgpu train --epochs 1000 --run-dir runs/long --resume auto`

// New returns the train command.
func New(o *ui.IO) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "train",
		Short:   "Train a network and leave a run folder behind",
		Long:    help,
		Example: examples,
		Args:    shared.NoArguments,
	}
	settings.Register(cmd.Flags(), settings.Train)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		v, err := settings.Resolve(settings.GivenBy(cmd.Flags()))
		if err != nil {
			return err
		}
		o.Quiet = v.Quiet
		o.OutliveReaders()
		ctx, stop := o.UntilSignal(cmd.Context())
		defer stop()
		return start(ctx, o, v)
	}
	return cmd
}

// start starts a run or, if --resume is auto and there is one in --run-dir, continues it.
func start(ctx context.Context, o *ui.IO, v *settings.Values) error {
	var at *folder
	if v.Resume == "auto" {
		var err error
		if at, err = reopen(o, v.RunDir); err != nil {
			return err
		}
	}
	return trainIn(ctx, o, v, at)
}
