package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mnistgpu/internal/run"
	"mnistgpu/internal/sweep"
)

const sweepHelp = `Train with many settings and compare them.

Each flag that a preset has a value for takes a list, and every combination is a
trial. The layers of one network are joined by an x: --hidden 400,1024x512 is two
networks, as is hidden = "400,1024x512" in a file of settings, where
hidden = [1024, 512] is one. With --method random, --trials random trials are drawn
from lists, or from ranges such as --lr 0.001:1, evenly in the logarithm. --preset
notebook-grid is the eight configurations of the tutorial.

The trials depend only on the flags, and each has a seed of its own, made from
--seed and its number, unless --seed is a list. Each finished trial is a file in the
sweep's folder: call the same command again to do the rest. It continues in
--run-dir or, without that, in an unfinished sweep of the same trials in runs. A
trial that was stopped or killed is resumed from its last saved state, with the same
result, if the program and the machine are the same; otherwise it starts over. A
trial that diverges counts as a result.

--shard i/n runs every n-th trial, so that processes and machines that share a
folder can share a sweep. In a Slurm array and in an Indexed Job of Kubernetes, the
shard is known; the latter needs --shards n. mnistgpu sweep merge DIR then gathers
the results: results.csv, best.json and heatmap.png.

Exit codes:
` + exitCodes

const sweepExamples = `  mnistgpu sweep --hidden 300,400,1024 --lr 0.5,0.1,0.02
  mnistgpu sweep --method random --trials 20 --lr 0.01:2 --hidden 100:2000 --epochs 3 --jobs 2
  mnistgpu sweep --preset notebook-grid
  mnistgpu sweep --lr 0.1,0.5,1 --device 0,1 --run-dir runs/rates --shard 0/2`

// sweepSettings holds the flags of sweep.
type sweepSettings struct {
	preset  string
	base    settings             // what trials have in common
	shared  []*pflag.Flag        // of base
	axes    map[string]*axisFlag // by name
	method  string
	trials  int
	jobs    int
	devices []int
	shard   string
	shards  int
	runDir  string
	json    bool
	quiet   bool
}

// newSweep returns the sweep command, with the one that merges shards below it.
func newSweep() *cobra.Command {
	s := new(sweepSettings)
	cmd := &cobra.Command{
		Use:                        "sweep",
		Short:                      "Train with many settings and compare them",
		Long:                       sweepHelp,
		Example:                    sweepExamples,
		Args:                       noArguments,
		SuggestionsMinimumDistance: 2,
	}
	s.register(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		shard, err := s.resolve(cmd.Flags())
		if err != nil {
			return usageError(cmd, err)
		}
		ctx, stop := untilSignal(cmd.Context())
		defer stop()
		err = s.run(ctx, cmd.Flags(), shard)
		var mistake *usageMistake
		if errors.As(err, &mistake) {
			return usageError(cmd, mistake.err)
		}
		return err
	}
	cmd.AddCommand(newSweepMerge())
	return cmd
}

func (s *sweepSettings) register(f *pflag.FlagSet) {
	f.SortFlags = false
	f.StringVar(&s.preset, "preset", "default", "settings to start from: default, notebook or notebook-grid")
	s.registerTrain(f)
	f.StringVar(&s.method, "method", "grid", "grid or random")
	f.IntVar(&s.trials, "trials", 0, "number of random trials")
	f.IntVar(&s.jobs, "jobs", 1, "trials at once on the CPU, whose threads they share")
	f.IntSliceVar(&s.devices, "device", []int{0}, "numbers of the GPUs, each of which runs one trial at a time")
	f.StringVar(&s.shard, "shard", "", "run only every n-th trial: `i/n`, with i from 0 to n-1")
	f.IntVar(&s.shards, "shards", 0, "number of shards, for an Indexed Job of Kubernetes")
	f.StringVar(&s.runDir, "run-dir", "", "`folder` for the results, the same for all shards (default runs/sweep-001, -002, ...)")
	f.BoolVar(&s.json, "json", false, "print the results as one JSON object")
	f.BoolVar(&s.quiet, "quiet", false, "show no progress")
}

// resolve checks the flags and returns the shard.
func (s *sweepSettings) resolve(f *pflag.FlagSet) (sweep.Shard, error) {
	s.base.quiet = s.quiet
	if s.preset != notebookGrid {
		if err := checkPreset(s.preset); err != nil {
			return sweep.Shard{}, fmt.Errorf("%w or %s", err, notebookGrid)
		}
	} else if f.Changed("hidden") || f.Changed("lr") || s.method != "grid" {
		return sweep.Shard{}, fmt.Errorf("--preset %s sets --hidden, --lr and --method itself", notebookGrid)
	}
	switch {
	case s.method != "grid" && s.method != "random":
		return sweep.Shard{}, fmt.Errorf("--method %q: want grid or random", s.method)
	case s.method == "random" && (s.trials < 1 || s.trials > sweep.MaxTrials):
		return sweep.Shard{}, fmt.Errorf("--method random needs --trials, from 1 to %d", sweep.MaxTrials)
	case s.method == "grid" && f.Changed("trials"):
		return sweep.Shard{}, errors.New("--trials is for --method random")
	case s.preset != notebookGrid && len(s.lists(f)) == 0:
		return sweep.Shard{}, errors.New("nothing to compare: want a list for a flag, such as --lr 0.1,0.5")
	case s.jobs < 1:
		return sweep.Shard{}, fmt.Errorf("--jobs %d: want 1 or more", s.jobs)
	case len(s.devices) == 0 || slices.Min(s.devices) < 0 || len(slices.Compact(slices.Sorted(slices.Values(s.devices)))) < len(s.devices):
		return sweep.Shard{}, fmt.Errorf("--device %s: want the numbers of GPUs, each once", join(s.devices, ","))
	}
	if err := s.base.check(f); err != nil {
		return sweep.Shard{}, err
	}
	return s.whichShard()
}

// whichShard returns the shard that the flag names, or else the environment. It prints
// a shard from the environment.
func (s *sweepSettings) whichShard() (sweep.Shard, error) {
	shard, from, err := sweep.EnvironmentShard(os.Getenv, s.shards)
	if s.shard != "" {
		from = ""
		if shard, err = sweep.ParseShard(s.shard); err != nil {
			err = fmt.Errorf("--shard %q: %w", s.shard, err)
		}
	}
	if err != nil {
		return shard, err
	}
	if shard != sweep.Whole && s.runDir == "" {
		return shard, fmt.Errorf("shard %v needs --run-dir, the same folder for all shards", shard)
	}
	if from != "" && !s.quiet {
		fmt.Fprintf(os.Stderr, "shard %v, as %s says\n", shard, from)
	}
	return shard, nil
}

// usageMistake is a usage error that shows only once the data are known.
type usageMistake struct{ err error }

func (u *usageMistake) Error() string { return u.err.Error() }

// run runs the trials that are left in the shard and prints the results.
func (s *sweepSettings) run(ctx context.Context, f *pflag.FlagSet, shard sweep.Shard) error {
	data, err := openData(ctx, &s.base)
	if err != nil {
		return err
	}
	spec, err := s.spec(f, data)
	if err != nil {
		return &usageMistake{err}
	}
	folder, err := s.open(spec)
	if err != nil {
		return err
	}
	err = s.runTrials(ctx, folder, shard, data)
	var stopped *interruption
	switch {
	case err != nil && !errors.As(err, &stopped):
		return err
	case err == nil && shard != sweep.Whole:
		_, err := fmt.Printf("shard %v is done; when all are: mnistgpu sweep merge %s\n", shard, folder.Path)
		return err
	}
	results, unread := sweep.Merge([]*sweep.Folder{folder})
	switch {
	case unread != nil:
		return errors.Join(unread, err)
	case err != nil && (len(results.Missing) > 0 || shard != sweep.Whole):
		return errors.Join(s.tellRest(folder, results), err)
	}
	return tellSweep(results, folder.Path, s.json) // if there was a signal, it came too late to stop anything
}

// tellRest says what an interruption left undone.
func (s *sweepSettings) tellRest(folder *sweep.Folder, results *sweep.Results) error {
	if s.json {
		return printSweepJSON("interrupted", results, folder.Path)
	}
	_, err := fmt.Printf("%s of %s trials are done in %s; the same command does the rest\n",
		thousands(len(results.Records)), thousands(len(folder.Spec.Trials)), folder.Path)
	return err
}

// open makes the sweep's folder or finds it again. Unless the user named one, an
// unfinished sweep of the same trials in runs is continued.
func (s *sweepSettings) open(spec *sweep.Spec) (*sweep.Folder, error) {
	if s.runDir != "" {
		return sweep.Create(s.runDir, spec)
	}
	if folder := sweep.Unfinished(defaultRuns, spec); folder != nil {
		if !s.quiet {
			fmt.Fprintf(os.Stderr, "continuing in %s\n", folder.Path)
		}
		return folder, nil
	}
	dir, err := run.Next(defaultRuns, "sweep")
	if err != nil {
		return nil, err
	}
	return sweep.Create(dir.Path, spec)
}
