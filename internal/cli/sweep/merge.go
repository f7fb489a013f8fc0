package sweep

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/sweep"
	"mnistgpu/internal/ui"
)

const mergeHelp = `Gather the results of a sweep.

It reads the trials in one folder that all shards shared, or in several folders of
the same sweep. It writes results.csv, best.json and heatmap.png into the first
folder or, with --out, into another one together with all trials. The results do not
depend on how the trials were divided into shards. If trials are missing, it names
them and writes nothing, unless --partial is given. A damaged file of a trial is
named and never counts: once it is deleted, the sweep runs the trial again.`

const mergeExamples = `  mnistgpu sweep merge runs/rates
  mnistgpu sweep merge host1/rates host2/rates --out rates`

// mergeOptions holds the flags of sweep merge.
type mergeOptions struct {
	out     string // "" for the first folder
	partial bool
	json    bool
}

// newMerge returns the command that gathers results.
func newMerge(o *ui.IO) *cobra.Command {
	var s mergeOptions
	cmd := &cobra.Command{
		Use:     "merge FOLDER...",
		Short:   "Gather the results of a sweep",
		Long:    mergeHelp,
		Example: mergeExamples,
		Args:    shared.Arguments(1, -1, "the folder of a sweep, or of several"),
	}
	f := cmd.Flags()
	settings.Var(f, settings.Text(&s.out), "out", "DIR", "folder for all trials and the results, new or of the same sweep (default the first one)")
	settings.Var(f, settings.Switch(&s.partial), "partial", "bool", "merge even if trials are missing")
	settings.Var(f, settings.Switch(&s.json), "json", "bool", "print the results as one JSON object")
	cmd.RunE = func(_ *cobra.Command, paths []string) error { return s.merge(o, paths) }
	return cmd
}

// merge gathers the results in folders.
func (s *mergeOptions) merge(o *ui.IO, paths []string) error {
	var folders []*sweep.Folder
	for _, path := range paths {
		folder, err := sweep.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return fault.Inf(path, "is not the folder of a sweep").WithHint("name a folder that mnistgpu sweep made")
		}
		if err != nil {
			return err
		}
		folders = append(folders, folder)
	}
	results, err := sweep.Merge(folders)
	if err != nil {
		return err
	}
	if len(results.Missing) > 0 && !s.partial {
		return missingTrials(results)
	}
	if s.out == "" {
		return saveAndPrint(o, results, paths[0], s.json)
	}
	if err := results.SaveIn(s.out); err != nil {
		return err
	}
	return saveAndPrint(o, results, s.out, s.json)
}

// missingTrials returns an error that names the trials without a result.
func missingTrials(r *sweep.Results) error {
	const enough = 20
	var names []string
	for _, i := range r.Missing[:min(enough, len(r.Missing))] {
		names = append(names, fmt.Sprint(i))
	}
	list := strings.Join(names, ", ")
	if len(r.Missing) > enough {
		list += ", ..."
	}
	return fault.New(fault.BadData, "%d of %d trials are missing: %s", len(r.Missing), len(r.Spec.Trials), list).
		WithHint("repeat the sweep's command to run them, or merge with --partial")
}
