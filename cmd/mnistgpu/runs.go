package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mnistgpu/internal/run"
)

const runsHelp = `List the folders that train left, newest first.

DIR is the folder that holds them, runs by default. The accuracy is a run's best on
the test images. A run without results is unfinished while it trains, and stopped if
it was killed: mnistgpu resume continues it. Where a file system has no locks, both
are unfinished. A folder that cannot be read is named on stderr and left out.

Exit codes:
` + exitCodes

const runsExamples = `  mnistgpu runs
  mnistgpu runs experiments --json`

// defaultRuns is where train creates run folders unless told otherwise.
const defaultRuns = "runs"

// newRuns returns the runs command.
func newRuns() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "runs [DIR]",
		Short:   "List the folders that train left",
		Long:    runsHelp,
		Example: runsExamples,
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usageError(cmd, fmt.Errorf("%d arguments: want the folder that holds the runs", len(args)))
		}
		return nil
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		dir := defaultRuns
		if len(args) == 1 {
			dir = args[0]
		}
		list, broken, err := run.List(dir)
		if errors.Is(err, fs.ErrNotExist) && len(args) == 0 {
			err = nil
		}
		if err != nil {
			return &failure{code: exitData, err: err, hint: "want the folder that holds the run folders"}
		}
		for _, fault := range broken {
			warn("%v", fault)
		}
		return printRuns(os.Stdout, dir, list, asJSON)
	}
	return cmd
}

// printRuns writes the list, for a program or for people.
func printRuns(w io.Writer, dir string, list []run.Entry, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(struct {
			Runs []run.Entry `json:"runs"`
		}{append([]run.Entry{}, list...)})
	}
	if len(list) == 0 {
		_, err := fmt.Fprintf(w, "no runs in %s yet: mnistgpu train makes one\n", dir)
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "run\tbest\ttime\tpreset\tdata\tbackend\thidden\tstatus\tstarted")
	for _, e := range list {
		best := "-"
		if e.Best != nil {
			best = fmt.Sprintf("%.2f %%", 100**e.Best)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Dir, best,
			seconds(e.Seconds), e.Preset, filepath.Base(e.Data), e.Backend,
			join(e.Hidden, ","), e.Status, e.Started.Format("2006-01-02 15:04"))
	}
	return table.Flush()
}
