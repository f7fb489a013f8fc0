package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"mnistgpu/internal/report"
)

const reportHelp = `Draw the results of a run into its folder, or compare several runs.

For one run, it writes report.html, a page with all results that needs no network,
and its parts: history.png, confusion.png, confusion.csv, errors.png with the
mistakes that the model is surest of, and weights.png. It needs the test images
that the run was scored on. It replaces the files of an earlier report, and touches
nothing else in the folder.

train does the same when it ends, unless --report=false is given.

For several runs, it writes one page with their figures side by side, the settings
in which they differ, and their curves.

Exit codes:
` + exitCodes

const reportExamples = `  mnistgpu report runs/mnist-001
  mnistgpu report runs/mnist-001 runs/mnist-002 --out compare.html`

// reportSettings holds the flags of report.
type reportSettings struct {
	where settings // only its data and backend
	out   string
	json  bool
}

// newReport returns the report command.
func newReport() *cobra.Command {
	s := reportSettings{where: modelSettings()}
	cmd := &cobra.Command{
		Use:     "report RUN...",
		Short:   "Draw the results of a run, or compare several",
		Long:    reportHelp,
		Example: reportExamples,
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageError(cmd, errors.New("no arguments: want the folder of a run, or of several"))
		}
		return nil
	}
	f := cmd.Flags()
	f.SortFlags = false
	s.where.registerDataAndBackend(f)
	f.StringVar(&s.out, "out", "compare.html", "new `file` for the page that compares several runs")
	f.BoolVar(&s.json, "json", false, "print one JSON object")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := s.where.check(f); err != nil {
			return usageError(cmd, err)
		}
		if len(args) > 1 {
			return s.compare(args)
		}
		if f.Changed("out") {
			return usageError(cmd, errors.New("--out is for comparing several runs"))
		}
		return s.one(cmd.Context(), args[0])
	}
	return cmd
}

// one writes the report of a run.
func (s *reportSettings) one(ctx context.Context, dir string) error {
	run, err := readRun(dir)
	if err != nil {
		return err
	}
	if run.tested() {
		if err := s.test(ctx, run); err != nil {
			return err
		}
	}
	names, err := run.write()
	if err != nil {
		return err
	}
	for i, name := range names {
		names[i] = filepath.Join(dir, name)
	}
	return s.print(os.Stdout, names)
}

// test opens the data and the backend, and runs the run's model on the test images.
func (s *reportSettings) test(ctx context.Context, run *reported) (err error) {
	if s.where.data == "" {
		s.where.data = run.settings.data
	}
	m, err := run.model()
	if err != nil {
		return err
	}
	data, err := readTestAhead(ctx, &s.where, m, run.Dir)()
	if err != nil {
		return err
	}
	b, err := openBackend(&s.where)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	return run.test(b, m, data)
}

// compare writes the page that compares runs.
func (s *reportSettings) compare(dirs []string) error {
	if err := refuseExisting(s.out, otherFile); err != nil {
		return err
	}
	var all []*report.Run
	for _, dir := range dirs {
		run, err := readRun(dir)
		if err != nil {
			return err
		}
		all = append(all, &run.Run)
	}
	content, err := report.Compare(all)
	if err != nil {
		return err
	}
	if err := writeNew(s.out, content); err != nil {
		return err
	}
	return s.print(os.Stdout, []string{s.out})
}

// print prints what was written; the page is the last of the paths.
func (s *reportSettings) print(w io.Writer, paths []string) error {
	if s.json {
		return json.NewEncoder(w).Encode(struct {
			Status string   `json:"status"`
			Files  []string `json:"files"`
		}{"done", paths})
	}
	_, err := fmt.Fprintf(w, "report in %s\n", paths[len(paths)-1])
	return err
}
