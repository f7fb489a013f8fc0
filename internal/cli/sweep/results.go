package sweep

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/run"
	"mnistgpu/internal/sweep"
	"mnistgpu/internal/ui"
)

// The files of a merged sweep, besides its table.
const (
	bestFile    = "best.json"
	heatmapFile = "heatmap.png"
)

// saveAndPrint writes the files of the results into a folder, and prints them. It is an
// error if all trials diverged.
func saveAndPrint(o *ui.IO, r *sweep.Results, path string, asJSON bool) error {
	dir := run.Dir{Path: path}
	if err := dir.Write(sweep.ResultsFile, r.CSV()); err != nil {
		return err
	}
	if err := dir.Write(bestFile, r.BestJSON()); err != nil {
		return err
	}
	chart, err := heatmap(r)
	if err != nil {
		return err
	}
	if chart != nil {
		if err := dir.Write(heatmapFile, chart); err != nil {
			return err
		}
	}
	if asJSON {
		printJSON(o, "done", r, path)
	} else {
		printTable(o, r)
		printBest(o, r)
		o.Printf("%sresults in %s\n", notebookClaim(r), path)
	}
	if diverged(r) == len(r.Spec.Trials) {
		return fault.New(fault.Diverged, "all %s trials diverged", ui.Thousands(len(r.Spec.Trials))).
			WithHint("compare smaller values; mnistgpu lr-find suggests a learning rate")
	}
	return nil
}

// diverged returns how many trials diverged.
func diverged(r *sweep.Results) int {
	n := 0
	for _, record := range r.Records {
		if record.Status == sweep.Diverged {
			n++
		}
	}
	return n
}

// printJSON prints the results for a program.
func printJSON(o *ui.IO, status string, r *sweep.Results, path string) {
	o.JSON(struct {
		Status   string         `json:"status"` // done or interrupted
		Trials   int            `json:"trials"`
		Diverged int            `json:"diverged"`
		Missing  []int          `json:"missing"`
		Best     *sweep.Outcome `json:"best"`
		RunDir   string         `json:"run_dir"`
	}{status, len(r.Spec.Trials), diverged(r), append([]int{}, r.Missing...), r.Best(), path})
}

// printTable prints a line for each trial.
func printTable(o *ui.IO, r *sweep.Results) {
	head := slices.Concat([]string{"trial"}, r.Spec.Axes, []string{"loss", "train"})
	validated := slices.ContainsFunc(r.Records, func(record *sweep.Record) bool { return record.ValAccuracy != nil })
	if validated {
		head = append(head, "validation")
	}
	head = append(head, "test", "best test", "at step")
	table := tabwriter.NewWriter(o, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "%s\t\n", strings.Join(head, "\t"))
	for _, record := range r.Records {
		fmt.Fprintf(table, "%s\t\n", strings.Join(tableLine(record, validated), "\t"))
	}
	table.Flush()
}

// tableLine returns a trial's line of the table. A trial that diverged has no loss, and
// only the accuracies from before that, if any.
func tableLine(r *sweep.Record, validated bool) []string {
	line := append([]string{strconv.Itoa(r.Index)}, values(r.Settings)...)
	loss, step, accuracies := r.Status, r.Steps, []*float64{r.TrainAccuracy}
	if r.Status == sweep.Done {
		loss, step = ui.Loss(*r.Loss), r.BestStep
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

// printBest prints the best trial, if there is one, and the command that repeats it.
func printBest(o *ui.IO, r *sweep.Results) {
	best := r.Best()
	if best == nil {
		return
	}
	o.Printf("best is trial %d: %s, %s\n", best.Index, settingsText(best.Settings), outcomeText(best))
	if command, err := commandLine(r.Spec, best); err == nil {
		o.Printf("to keep its network: %s\n", command)
	}
}

// settingsText formats settings: "hidden 400  lr 0.5".
func settingsText(settings []sweep.Setting) string {
	var parts []string
	for _, s := range settings {
		parts = append(parts, s.Name+" "+s.Value)
	}
	return ui.JoinParts(parts)
}

// outcomeText describes the result of a trial in a few words.
func outcomeText(o *sweep.Outcome) string {
	if o.Status == sweep.Diverged {
		return o.Error
	}
	validation := ""
	if o.ValAccuracy != nil {
		validation = fmt.Sprintf("validation %.2f %%  ", 100**o.ValAccuracy)
	}
	return fmt.Sprintf("train %.2f %%  %stest %.2f %%", 100**o.TrainAccuracy, validation, 100**o.TestAccuracy)
}

func values(settings []sweep.Setting) []string {
	var list []string
	for _, s := range settings {
		list = append(list, s.Value)
	}
	return list
}
