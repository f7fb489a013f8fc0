package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
)

const trainHelp = `Train a network and leave a run folder behind.

The preset fills in the settings; a flag always overrides it. The preset "default"
trains 400 hidden units on 28x28 images, scaled to [0, 1], in shuffled batches of
128. The preset "notebook" trains 1024 hidden units by gradient descent on all
images at once, with raw pixels, as the TensorFlow 1 tutorial did.

The data are MNIST, downloaded if necessary, or digits that the program draws
(synthetic), or the four IDX files in a folder of yours. MNISTGPU_DATA names a
folder that holds MNIST; MNISTGPU_HOME moves the cache.

The run folder holds config.toml, history.csv, summary.json, model.safetensors
and a report: open its report.html. If --classes or a classes.txt in the folder of
your data names the classes, the names are kept with the run.

The run saves its state there too, so that mnistgpu resume can continue it if it was
killed: see mnistgpu resume --help. By default it saves at the end of an epoch, and
skips saves that would cost more than 1 % of its time. If a state cannot be saved,
the run says so and continues; if the last save fails too, the exit code is 8. The
first SIGINT (Ctrl-C) or SIGTERM lets the run finish its current step and save its
state and results; a second one ends it at once.

Exit codes:
` + exitCodes

const trainExamples = `  mnistgpu train
  mnistgpu train --preset notebook --backend cpu
  mnistgpu train --hidden 1024,512 --epochs 20 --lr 0.2 --seed 3 --json
  mnistgpu train --data my-letters --classes 26
  mnistgpu train --data my-pets --classes cat,dog,hamster
  mnistgpu train --epochs 1000 --run-dir runs/long --resume auto`

// newTrain returns the train command.
func newTrain() *cobra.Command {
	s := new(settings)
	cmd := &cobra.Command{
		Use:     "train",
		Short:   "Train a network and leave a run folder behind",
		Long:    trainHelp,
		Example: trainExamples,
		Args:    noArguments,
	}
	s.register(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := s.resolve(cmd.Flags()); err != nil {
			return usageError(cmd, err)
		}
		ctx, stop := untilSignal(cmd.Context())
		defer stop()
		return runTrain(ctx, s)
	}
	return cmd
}

// runTrain starts a run or, if --resume says so and there is one in s.runDir, continues
// that.
func runTrain(ctx context.Context, s *settings) error {
	var at *place
	if s.saving.resume == "auto" {
		var err error
		if at, err = reopen(s.runDir); err != nil {
			return err
		}
	}
	return trainIn(ctx, s, at)
}

// trainIn opens what a run needs and runs it, in a new folder if at is nil.
func trainIn(ctx context.Context, s *settings, at *place) (err error) {
	read := readAhead(ctx, s)
	b, err := openBackend(s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	data, err := read()
	if err != nil {
		return err
	}
	if err := fits(s.config, data.Train.Len()); err != nil {
		return err
	}
	sum, err := data.SHA256()
	if err != nil {
		return err
	}
	r := &trainRun{s: s, b: b, data: data, fingerprint: s.fingerprint(b, data, sum)}
	if err := r.enter(at); err != nil {
		return err
	}
	if r.ended != nil {
		return r.tell(r.ended)
	}
	return r.run(ctx)
}

// fits returns the error of [train.Config.CheckFor], with a hint if the batch is the
// cause.
func fits(c train.Config, images int) error {
	err := c.CheckFor(images)
	if err != nil && tooFew(c, images) {
		return &failure{code: exitUsage, err: err, hint: "--batch full takes all images in each step"}
	}
	return err
}

// tooFew reports whether there are fewer images to train on than a batch has.
func tooFew(c train.Config, images int) bool {
	c.Steps, c.Warmup = 1, 0 // so that only the batch can be too large
	whole := c
	whole.Batch = train.Full
	return c.CheckFor(images) != nil && whole.CheckFor(images) == nil
}

// newRunDir makes the run's folder and writes the settings into a file there, so that a
// folder that cannot be written to is noticed before the training rather than after it.
// The folder has the given name, unless the user gave one.
func newRunDir(s *settings, b backend.Backend, data *mnist.Dataset, name, file string) (*run.Dir, error) {
	var dir *run.Dir
	var err error
	if s.runDir == "" {
		dir, err = run.Next(defaultRuns, name)
	} else {
		dir, err = run.Create(s.runDir)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil, &failure{code: exitCannotWrite, err: err, hint: otherRunDir(s.runDir, file)}
	}
	if err != nil {
		return nil, err
	}
	if err := writeConfig(s, b, data, dir, file); err != nil {
		dir.Discard()
		return nil, err
	}
	return dir, nil
}

// otherRunDir returns the hint for a command that would write file into dir, where
// something is already.
func otherRunDir(dir, file string) string {
	if _, err := os.Stat(filepath.Join(dir, run.ConfigFile)); err != nil || file != run.ConfigFile {
		return "--run-dir must name a folder that does not exist yet"
	}
	return fmt.Sprintf("mnistgpu resume %s continues the run that is there; a new run needs another --run-dir", shellWord(dir))
}

// writeConfig writes the settings into a file of a run's folder.
func writeConfig(s *settings, b backend.Backend, data *mnist.Dataset, dir *run.Dir, file string) error {
	content, err := s.toml(b, data)
	if err != nil {
		return err
	}
	return dir.Write(file, content)
}

// save writes the run's results, and the names of the classes if its data have
// some. A diverged run has no model.
func save(dir *run.Dir, summary *run.Summary, result *train.Result, s *settings) error {
	if err := dir.Write(run.HistoryFile, run.EncodeHistory(result.History, summary.ValLoss != nil)); err != nil {
		return err
	}
	if result.Model != nil {
		content, err := result.Model.Encode()
		if err != nil {
			return err
		}
		if err := dir.Write(run.ModelFile, content); err != nil {
			return err
		}
	}
	if err := saveNames(dir, s); err != nil {
		return err
	}
	return dir.Write(run.SummaryFile, summary.Encode())
}

// saveNames saves the names of the classes, which the model's answers need even if the
// data are gone.
func saveNames(dir *run.Dir, s *settings) error {
	if builtIn(s.data) {
		return nil
	}
	names := s.classes.names
	if names == nil {
		var err error
		if names, err = mnist.ReadNames(s.data); err != nil || names == nil {
			return err
		}
	}
	return dir.Write(mnist.NamesFile, mnist.EncodeNames(names))
}
