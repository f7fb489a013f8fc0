package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mnistgpu/internal/run"
	"mnistgpu/internal/sweep"
)

const sweepMergeHelp = `Gather the results of a sweep.

It reads the trials in one folder that all shards shared, or in several folders of
the same sweep. It writes results.csv, best.json and heatmap.png into the first
folder or, with --out, into another one together with all trials. The results do not
depend on how the trials were divided into shards. If trials are missing, it names
them, writes nothing and exits with code 3, unless --partial says to do without
them. A damaged file of a trial is named and never counts: once it is deleted, the
sweep runs the trial again.`

// newSweepMerge returns the command that gathers results.
func newSweepMerge() *cobra.Command {
	var out string
	var partial, asJSON bool
	cmd := &cobra.Command{
		Use:     "merge FOLDER...",
		Short:   "Gather the results of a sweep",
		Long:    sweepMergeHelp,
		Example: "  mnistgpu sweep merge runs/rates\n  mnistgpu sweep merge host1/rates host2/rates --out rates",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError(cmd, errors.New("no arguments: want the folder of a sweep, or of several"))
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&out, "out", "", "`folder` for all trials and the results, new or of the same sweep (default the first one)")
	f.BoolVar(&partial, "partial", false, "merge even if trials are missing")
	f.BoolVar(&asJSON, "json", false, "print the results as one JSON object")
	cmd.RunE = func(_ *cobra.Command, paths []string) error {
		var folders []*sweep.Folder
		for _, path := range paths {
			folder, err := sweep.Open(path)
			if err != nil {
				return err
			}
			folders = append(folders, folder)
		}
		results, err := sweep.Merge(folders)
		if err != nil {
			return err
		}
		if len(results.Missing) > 0 && !partial {
			return missingTrials(results)
		}
		if out == "" {
			out = paths[0]
		} else if err := results.SaveIn(out); err != nil {
			return err
		}
		return tellSweep(results, out, asJSON)
	}
	return cmd
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
	return &failure{
		code: exitData,
		err:  fmt.Errorf("%d of %d trials are missing: %s", len(r.Missing), len(r.Spec.Trials), list),
		hint: "repeat the sweep's command to run them, or merge with --partial",
	}
}

// tellSweep writes the result files into a folder, and prints the results.
func tellSweep(r *sweep.Results, path string, asJSON bool) error {
	dir := run.Dir{Path: path}
	if err := dir.Write(sweep.ResultsFile, r.CSV()); err != nil {
		return err
	}
	if err := dir.Write("best.json", r.BestJSON()); err != nil {
		return err
	}
	picture, err := heatmap(r)
	if err != nil {
		return err
	}
	if picture != nil {
		if err := dir.Write("heatmap.png", picture); err != nil {
			return err
		}
	}
	if asJSON {
		return printSweepJSON("done", r, path)
	}
	return printSweep(r, path)
}

func printSweepJSON(status string, r *sweep.Results, path string) error {
	diverged := 0
	for _, record := range r.Records {
		if record.Status == sweep.Diverged {
			diverged++
		}
	}
	return json.NewEncoder(os.Stdout).Encode(struct {
		Status   string         `json:"status"` // done or interrupted
		Trials   int            `json:"trials"`
		Diverged int            `json:"diverged"`
		Missing  []int          `json:"missing"`
		Best     *sweep.Outcome `json:"best"`
		RunDir   string         `json:"run_dir"`
	}{status, len(r.Spec.Trials), diverged, append([]int{}, r.Missing...), r.Best(), path})
}

// printSweep prints a table for people.
func printSweep(r *sweep.Results, path string) error {
	head := slices.Concat([]string{"trial"}, r.Spec.Axes, []string{"loss", "train"})
	validated := slices.ContainsFunc(r.Records, func(record *sweep.Record) bool { return record.ValAccuracy != nil })
	if validated {
		head = append(head, "validation")
	}
	head = append(head, "test", "best test", "at step")
	table := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "%s\t\n", strings.Join(head, "\t"))
	for _, record := range r.Records {
		fmt.Fprintf(table, "%s\t\n", strings.Join(sweepLine(record, validated), "\t"))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if best := r.Best(); best != nil {
		fmt.Printf("best is trial %d: %s, %s\n", best.Index, settingsText(best.Settings), outcomeText(best))
		if command, err := trialCommand(r.Spec, best); err == nil { // a spec edited by hand may hold anything
			fmt.Printf("to keep its network: %s\n", command)
		}
	}
	if claim := notebookClaim(r); claim != "" {
		fmt.Print(claim)
	}
	_, err := fmt.Printf("results in %s\n", path)
	return err
}

// sweepLine returns a trial's line of the table. A trial that diverged has no loss, and
// only the accuracies from before that, if any.
func sweepLine(r *sweep.Record, validated bool) []string {
	line := append([]string{strconv.Itoa(r.Index)}, values(r.Settings)...)
	loss, step, accuracies := r.Status, r.Steps, []*float64{r.TrainAccuracy}
	if r.Status == sweep.Done {
		loss, step = lossText(*r.Loss), r.BestStep
	}
	if validated {
		accuracies = append(accuracies, r.ValAccuracy)
	}
	line = append(line, loss)
	for _, a := range append(accuracies, r.TestAccuracy, r.BestTestAccuracy) {
		text := ""
		if a != nil {
			text = fmt.Sprintf("%.2f %%", 100**a)
		}
		line = append(line, text)
	}
	return append(line, strconv.Itoa(step))
}
