package report

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/run"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

const runsHelp = `List the folders that train left, newest first.

DIR is the folder that holds them, runs by default. The accuracy is a run's best on
the test images. A run without results is unfinished while it trains, and stopped if
it was killed: mnistgpu resume continues it. Where a file system has no locks, both
are unfinished. A folder that cannot be read is named on stderr and left out.`

const runsExamples = `  mnistgpu runs
  mnistgpu runs experiments --json`

// NewRuns returns the runs command.
func NewRuns(o *ui.IO) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "runs [DIR]",
		Short:   "List the folders that train left",
		Long:    runsHelp,
		Example: runsExamples,
		Args:    shared.Arguments(0, 1, "at most the folder that holds the runs"),
	}
	settings.Var(cmd.Flags(), settings.Switch(&asJSON), "json", "bool", "print one JSON object")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		dir := shared.Runs
		if len(args) == 1 {
			dir = args[0]
		}
		list, broken, err := run.List(dir)
		if errors.Is(err, fs.ErrNotExist) && len(args) == 0 {
			err = nil
		}
		if err != nil {
			return fault.In(dir, err).WithHint("name the folder that holds the run folders")
		}
		for _, err := range broken {
			o.Warnf("%v", err)
		}
		if asJSON {
			o.JSON(struct {
				Runs []run.Entry `json:"runs"`
			}{append([]run.Entry{}, list...)})
			return nil
		}
		printRuns(o, dir, list)
		return nil
	}
	return cmd
}

// printRuns prints the list for people.
func printRuns(o *ui.IO, dir string, list []run.Entry) {
	if len(list) == 0 {
		o.Printf("no runs in %s yet: mnistgpu train makes one\n", dir)
		return
	}
	table := tabwriter.NewWriter(o, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "run\tbest\ttime\tpreset\tdata\tbackend\thidden\tstatus\tstarted")
	for _, e := range list {
		best := "-"
		if e.Best != nil {
			best = fmt.Sprintf("%.2f %%", 100**e.Best)
		}
		status := e.Status
		if e.LearnedNothing {
			status += ", learned nothing"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Dir, best,
			ui.Seconds(e.Seconds), e.Preset, filepath.Base(e.Data), e.Backend,
			settings.Join(e.Hidden, ","), status, e.Started.Format("2006-01-02 15:04"))
	}
	table.Flush()
}
