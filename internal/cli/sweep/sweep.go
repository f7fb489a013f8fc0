// Package sweep has the commands that train with many settings and compare the results:
// sweep and sweep merge.
package sweep

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/run"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/sweep"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

const help = `Train with many settings and compare them.

Each flag that a preset has a value for takes a list, and every combination is a
trial. The layers of one network are joined by an x: --hidden 400,1024x512 is two
networks, as is hidden = "400,1024x512" in a file of settings, where
hidden = [1024, 512] is one. With --method random, --trials random trials are drawn
from lists, or from ranges such as --lr 0.001:1, evenly in the logarithm. --preset
notebook-grid is the eight configurations of the tutorial.

The trials depend only on the flags. Each has a seed of its own, made from --seed
and its number, unless --seed is a list. Each finished trial is a file in the
sweep's folder: call the same command again to do the rest. It continues in
--run-dir or, without that, in an unfinished sweep of the same trials in runs. A
trial that was stopped or killed is resumed from its last saved state, with the same
result, if the program and the machine are the same; otherwise it starts over. A
trial that diverges counts as a result, but if all of them diverge, the exit code
is 7. Of trials with the same accuracy, the one with the lower loss is the best.

--shard i/n runs every n-th trial, so that processes and machines that share a
folder can share a sweep. In a Slurm array and in an Indexed Job of Kubernetes, the
shard is known; the latter needs --shards n. mnistgpu sweep merge DIR then gathers
the results: results.csv, best.json and heatmap.png.`

const examples = `  mnistgpu sweep --hidden 300,400,1024 --lr 0.5,0.1,0.02
  mnistgpu sweep --method random --trials 20 --lr 0.01:2 --hidden 100:2000 --epochs 3 --jobs 2
  mnistgpu sweep --preset notebook-grid
  mnistgpu sweep --lr 0.1,0.5,1 --device 0,1 --run-dir runs/rates --shard 0/2`

// options holds the flags of sweep.
type options struct {
	search
	jobs      int
	devices   []int
	shardText string // "" to take the shard from the environment
	shards    int
	runDir    string
	json      bool
	quiet     bool

	v     *settings.Values // with the usual values for the axes
	shard sweep.Shard
}

// New returns the sweep command, with the one that merges shards below it.
func New(o *ui.IO) *cobra.Command {
	s := newOptions()
	cmd := &cobra.Command{
		Use:                        "sweep",
		Short:                      "Train with many settings and compare them",
		Long:                       help,
		Example:                    examples,
		Args:                       shared.NoArguments,
		SuggestionsMinimumDistance: 2,
	}
	f := cmd.Flags()
	s.register(f)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		o.Quiet = s.quiet
		if err := s.check(f); err != nil {
			return err
		}
		if err := s.chooseShard(o); err != nil {
			return err
		}
		o.OutliveReaders()
		ctx, stop := o.UntilSignal(cmd.Context())
		defer stop()
		return s.run(ctx, o)
	}
	cmd.AddCommand(newMerge(o))
	return cmd
}

func newOptions() *options {
	return &options{search: search{preset: "default", method: "grid"}, jobs: 1, devices: []int{0}}
}

func (s *options) register(f *pflag.FlagSet) {
	presets := append(train.Presets(), notebookGrid)
	settings.Var(f, settings.Word(&s.preset, presets...), "preset", strings.Join(presets, "|"), settings.Lookup("preset").Help)
	settings.SetGroup(f, "preset", settings.Sources)
	settings.Register(f, settings.Sweep)
	s.axes.register(f)
	settings.Var(f, settings.Word(&s.method, "grid", "random"), "method", "grid|random", "run all combinations, or random trials")
	settings.Var(f, settings.Count(&s.trials), "trials", "N", "number of random trials")
	settings.Var(f, settings.Count(&s.jobs), "jobs", "N", "trials at once on the CPU, whose threads they share")
	settings.Var(f, settings.Counts(&s.devices), "device", "N,...", "numbers of the GPUs, each of which runs one trial at a time")
	settings.Var(f, settings.Text(&s.shardText), "shard", "i/n", "run only every n-th trial, with i from 0 to n-1")
	settings.Var(f, settings.Count(&s.shards), "shards", "N", "number of shards, for an Indexed Job of Kubernetes")
	settings.Var(f, settings.Text(&s.runDir), "run-dir", "DIR", "folder for the results, the same for all shards (default runs/sweep-001, -002, ...)")
	settings.Var(f, settings.Switch(&s.json), "json", "bool", "print the results as one JSON object")
	settings.Var(f, settings.Switch(&s.quiet), "quiet", "bool", "show no progress")
}

// check checks the flags, except for those that depend on the data.
func (s *options) check(f *pflag.FlagSet) error {
	notebook := s.preset == notebookGrid
	differing := s.axes.differing()
	switch {
	case notebook && (f.Changed("hidden") || f.Changed("lr") || s.method != "grid"):
		return fault.Usage("--preset %s sets --hidden, --lr and --method itself", notebookGrid)
	case s.method == "random" && (s.trials < 1 || s.trials > sweep.MaxTrials):
		return fault.Usage("--method random needs --trials, from 1 to %d", sweep.MaxTrials)
	case s.method == "grid" && f.Changed("trials"):
		return fault.Usage("--trials needs --method random")
	case !notebook && len(differing) == 0:
		return fault.Usage("nothing to compare: give a flag several values, such as --lr 0.1,0.5")
	case s.jobs < 1:
		return fault.Usage("--jobs must be at least 1 (got %d)", s.jobs)
	case slices.Min(s.devices) < 0 || len(slices.Compact(slices.Sorted(slices.Values(s.devices)))) < len(s.devices):
		return fault.Usage("--device must be the numbers of GPUs, each once (got %s)", settings.Join(s.devices, ","))
	}
	for _, a := range differing {
		if a.Values == nil && s.method == "grid" {
			return fault.Usage("--%s is a range, which only random trials can draw from: add --method random", a.Name)
		}
	}
	return s.resolve(f)
}

// resolve sets the settings that are not axes.
func (s *options) resolve(f *pflag.FlagSet) (err error) {
	s.common = settings.GivenBy(f)
	if f.Changed("device") {
		s.common.Set("device", strconv.Itoa(s.devices[0]))
	}
	s.v, err = settings.Resolve(s.common)
	if err != nil {
		return err
	}
	delete(s.common, "device") // each trial has its own
	s.v.GPU.Device = s.devices[0]
	s.common.Set("preset", s.preset)
	if s.preset == notebookGrid {
		s.common.Set("preset", "notebook")
	}
	return nil
}

// chooseShard sets the shard to the one that the flag names, or else the environment. It
// prints a shard from the environment.
func (s *options) chooseShard(o *ui.IO) (err error) {
	from := ""
	if s.shardText != "" {
		if s.shard, err = sweep.ParseShard(s.shardText); err != nil {
			return fault.Usage("--shard %w (got %q)", err, s.shardText)
		}
	} else if s.shard, from, err = sweep.EnvironmentShard(o.Getenv, s.shards); err != nil {
		return fault.Usage("%w", err)
	}
	if s.shard != sweep.Whole && s.runDir == "" {
		return fault.Usage("shard %v needs --run-dir, the same folder for all shards", s.shard)
	}
	if from != "" {
		o.Notef("shard %v, from %s", s.shard, from)
	}
	return nil
}

// run runs the trials of the shard that are left, and prints the results.
func (s *options) run(ctx context.Context, o *ui.IO) error {
	data, err := shared.OpenData(ctx, o, s.v.Data, s.v.Classes)
	if err != nil {
		return err
	}
	spec, err := s.spec(data)
	if err != nil {
		return err
	}
	folder, err := s.open(o, spec)
	if err != nil {
		return err
	}
	r := &runner{io: o, search: &s.search, shard: s.shard, jobs: s.jobs, devices: s.devices, folder: folder, data: data}
	return s.conclude(o, folder, r.run(ctx, s.v))
}

// open makes the sweep's folder or finds it again. Unless the user named one, an
// unfinished sweep of the same trials in runs is continued.
func (s *options) open(o *ui.IO, spec *sweep.Spec) (*sweep.Folder, error) {
	if s.runDir != "" {
		return sweep.Create(s.runDir, spec)
	}
	if folder := sweep.Unfinished(shared.Runs, spec); folder != nil {
		o.Notef("continuing in %s", folder.Path)
		return folder, nil
	}
	dir, err := run.Next(shared.Runs, "sweep")
	if err != nil {
		return nil, err
	}
	return sweep.Create(dir.Path, spec)
}

// conclude prints the results, or what is left to do: err is the error that the trials
// ended with. A signal that came too late to stop anything does not count.
func (s *options) conclude(o *ui.IO, folder *sweep.Folder, err error) error {
	whole := s.shard == sweep.Whole
	switch {
	case err != nil && !fault.Stopped(err):
		return err
	case err == nil && !whole:
		o.Printf("shard %v is done; when all are: mnistgpu sweep merge %s\n", s.shard, settings.ShellWord(folder.Path))
		return nil
	}
	results, unread := sweep.Merge([]*sweep.Folder{folder})
	switch {
	case unread != nil:
		return errors.Join(unread, err)
	case err == nil || whole && len(results.Missing) == 0:
		return saveAndPrint(o, results, folder.Path, s.json)
	case s.json:
		printJSON(o, "interrupted", results, folder.Path)
	default:
		o.Printf("%s of %s trials are done in %s; the same command does the rest\n",
			ui.Thousands(len(results.Records)), ui.Thousands(len(folder.Spec.Trials)), folder.Path)
	}
	return err
}
