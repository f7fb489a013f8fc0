package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/rundir"
	"mnistgpu/internal/runs"
	"mnistgpu/internal/train"
)

const trainHelp = `Train a network and leave a run folder behind.

The preset fills in the settings; a flag always wins. The preset "default" takes
28x28 images scaled to [0, 1] in shuffled batches of 128 through 400 hidden
units. The preset "notebook" descends on all images at once, on raw pixels,
with 1024 hidden units, as the TensorFlow 1 tutorial did.

The data are MNIST, downloaded if need be, or digits that the program draws
(synthetic), or the four IDX files in a folder of yours. MNISTGPU_DATA names a
folder that holds MNIST; MNISTGPU_HOME moves the cache.

The run folder holds config.toml, history.csv, summary.json, model.safetensors
and a report: open its report.html. If the folder of your data has a classes.txt,
the run keeps it.

Exit codes:
` + exitCodes

const trainExamples = `  mnistgpu train
  mnistgpu train --preset notebook --backend cpu
  mnistgpu train --hidden 1024,512 --epochs 20 --lr 0.2 --seed 3 --json
  mnistgpu train --data my-letters --classes 26`

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

// runTrain opens what a run needs, runs it and saves the results.
func runTrain(ctx context.Context, s *settings) (err error) {
	b, err := openBackend(s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	data, err := openData(ctx, s)
	if err != nil {
		return err
	}
	if err := s.config.CheckFor(data.Train.Len()); err != nil {
		return err
	}
	dir, err := newRunDir(s, b, data, data.Name, "config.toml")
	if err != nil {
		return err
	}
	view := newProgressView(s.quiet)
	if s.preset == "notebook" {
		view = notebook{view, os.Stdout, s.config.ValFraction > 0}
	}
	file := &historyFile{progressView: view, dir: dir, validation: s.config.ValFraction > 0}
	result, err := train.Run(ctx, b, data, s.config, file)
	view.finish()
	if result == nil {
		return err
	}
	if result.Stop == train.StopInterrupted {
		err = context.Cause(ctx)
	} else if err == nil {
		err = missedTarget(s.config, result)
	}
	summary := newSummary(s, b, data, dir, result, err)
	if saveErr := save(dir, summary, result, s.data); saveErr != nil {
		return errors.Join(saveErr, err)
	}
	if s.gpu.Trace != nil {
		err = errors.Join(err, s.gpu.Trace.Print(os.Stderr))
	}
	err = errors.Join(printSummary(os.Stdout, summary, s.config.Stopping, s.json), err)
	if s.report {
		err = errors.Join(err, closeWithReport(dir.Path, b, data))
	}
	return err
}

// openData loads the data and says aloud when they are not MNIST but were to
// be.
func openData(ctx context.Context, s *settings) (*mnist.Dataset, error) {
	classes := s.classes
	if classes == 0 {
		names, err := classNames(s.data)
		if err != nil {
			return nil, err
		}
		classes = len(names)
	}
	source := mnist.Environment()
	bar := downloadBar{quiet: s.quiet}
	source.Progress = bar.progress
	data, err := mnist.Open(ctx, s.data, classes, source)
	bar.finish()
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err == nil && data.Fallback != "" {
		fmt.Fprintln(os.Stderr, "mnistgpu: WARNING: this is not MNIST, but synthetic digits that the program draws")
		fmt.Fprintf(os.Stderr, "hint: %s\n", oneLine(data.Fallback))
	}
	return data, err
}

// newRunDir makes the run's folder and writes its settings into a file there, so
// that a folder that cannot be written shows before the training and not after
// it. The name is that of the folder, unless the user gave one.
func newRunDir(s *settings, b backend.Backend, data *mnist.Dataset, name, file string) (*rundir.Dir, error) {
	content, err := s.toml(b, data)
	if err != nil {
		return nil, err
	}
	var dir *rundir.Dir
	if s.runDir == "" {
		dir, err = rundir.Next(defaultRuns, name)
	} else {
		dir, err = rundir.Create(s.runDir)
	}
	if err != nil {
		return nil, err
	}
	if err := dir.Write(file, content); err != nil {
		dir.Discard()
		return nil, err
	}
	return dir, nil
}

// save writes the run's results, and the names of the classes if its data have
// some. A diverged run has no model.
func save(dir *rundir.Dir, summary *runs.Summary, result *train.Result, data string) error {
	if err := dir.Write("history.csv", runs.EncodeHistory(result.History, summary.ValLoss != nil)); err != nil {
		return err
	}
	if result.Model != nil {
		content, err := result.Model.Encode()
		if err != nil {
			return err
		}
		if err := dir.Write("model.safetensors", content); err != nil {
			return err
		}
	}
	if err := saveNames(dir, data); err != nil {
		return err
	}
	return dir.Write("summary.json", summary.Encode())
}

// saveNames keeps what the classes are called, which the model's answers need
// even where the data are not.
func saveNames(dir *rundir.Dir, data string) error {
	if builtIn(data) {
		return nil
	}
	names, err := mnist.ReadNames(data)
	if err != nil || names == nil {
		return err
	}
	return dir.Write(mnist.NamesFile, []byte(strings.Join(names, "\n")+"\n"))
}
