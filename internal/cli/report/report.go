// Package report has the commands that show what runs have left: report and runs.
package report

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/report"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

const help = `Draw the results of a run into its folder, or compare several runs.

For one run, it writes report.html, a page with all results that needs no network,
and its parts: history.png, confusion.png, confusion.csv, errors.png with the
mistakes that the model is surest of, and weights.png. It needs the test images
that the run was scored on. It replaces the files of an earlier report, and touches
nothing else in the folder.

train does the same when it ends, unless --report=false is given.

For several runs, it writes one page with their figures side by side, the settings
in which they differ, and their curves.`

const examples = `  mnistgpu report runs/mnist-001
  mnistgpu report runs/mnist-001 runs/mnist-002 --out compare.html`

// options holds the flags of report.
type options struct {
	data string // "" for that of the run
	out  string
	json bool
}

// New returns the report command.
func New(o *ui.IO) *cobra.Command {
	s := options{out: "compare.html"}
	cmd := &cobra.Command{
		Use:     "report RUN...",
		Short:   "Draw the results of a run, or compare several",
		Long:    help,
		Example: examples,
		Args:    shared.Arguments(1, -1, "the folder of a run, or of several"),
	}
	f := cmd.Flags()
	shared.DataFlag(f, &s.data)
	settings.Register(f, settings.Model)
	settings.Var(f, settings.Text(&s.out), "out", "FILE", "new file for the page that compares several runs")
	settings.Var(f, settings.Switch(&s.json), "json", "bool", "print one JSON object")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		v, err := settings.Resolve(settings.GivenBy(f))
		if err != nil {
			return err
		}
		if len(args) > 1 {
			return s.compare(o, args)
		}
		if f.Changed("out") {
			return fault.Usage("--out needs several runs to compare")
		}
		return s.one(cmd.Context(), o, v, args[0])
	}
	return cmd
}

// one writes the report of a run.
func (s *options) one(ctx context.Context, o *ui.IO, v *settings.Values, dir string) error {
	r, err := read(dir)
	if err != nil {
		return err
	}
	if r.hasModel() {
		if err := s.score(ctx, o, v, r); err != nil {
			return err
		}
	}
	names, err := r.write()
	if err != nil {
		return err
	}
	for i, name := range names {
		names[i] = filepath.Join(dir, name)
	}
	s.print(o, names)
	return nil
}

// score opens the data and the backend, and runs the run's model on the test images.
func (s *options) score(ctx context.Context, o *ui.IO, v *settings.Values, r *reported) (err error) {
	if s.data == "" {
		s.data = r.settings.Data
	}
	m, err := shared.OpenModel(o, r.Dir)
	if err != nil {
		return err
	}
	names, err := shared.ModelClasses(r.Dir, m)
	if err != nil {
		return err
	}
	data, err := shared.OpenData(ctx, o, s.data, settings.Classes{Count: m.Classes(), Names: names})
	if err != nil {
		return err
	}
	if err := shared.FitImages(m, r.Dir, data); err != nil {
		return err
	}
	b, err := shared.OpenBackend(o, v)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	return r.score(b, m, names, data)
}

// compare writes the page that compares runs.
func (s *options) compare(o *ui.IO, dirs []string) error {
	if err := shared.RefuseExisting(s.out, shared.OtherFile); err != nil {
		return err
	}
	var all []*report.Run
	for _, dir := range dirs {
		r, err := read(dir)
		if err != nil {
			return err
		}
		all = append(all, &r.Run)
	}
	content, err := report.Compare(all)
	if err != nil {
		return err
	}
	if err := shared.WriteNew(s.out, content); err != nil {
		return err
	}
	s.print(o, []string{s.out})
	return nil
}

// print prints what was written; the page is the last of the paths.
func (s *options) print(o *ui.IO, paths []string) {
	if s.json {
		o.JSON(struct {
			Status string   `json:"status"`
			Files  []string `json:"files"`
		}{"done", paths})
		return
	}
	o.Printf("report in %s\n", paths[len(paths)-1])
}
