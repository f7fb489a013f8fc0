package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/pflag"

	"mnistgpu/internal/backend"
	faults "mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/model"
	"mnistgpu/internal/report"
	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
)

// reported is a run whose report is being made.
type reported struct {
	report.Run
	settings *settings
}

// readRun reads the files of a run, except its model.
func readRun(dir string) (*reported, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, faults.In(dir, err).WithHint("give a folder that mnistgpu train made; mnistgpu runs lists the runs")
	}
	if !info.IsDir() {
		return nil, faults.Inf(dir, "is not the folder of a run")
	}
	r := &reported{Run: report.Run{Dir: dir}}
	if r.settings, err = readSettings(dir); err != nil {
		return nil, err
	}
	if r.Summary, err = run.ReadSummary(dir); errors.Is(err, fs.ErrNotExist) {
		err := faults.Inf(dir, "the run has not ended")
		return nil, &failure{code: exitData, err: err, hint: goesOn(dir)}
	}
	if err != nil {
		return nil, err
	}
	if r.History, err = run.ReadHistory(dir); err != nil {
		return nil, err
	}
	r.Rates = changingRates(&r.settings.config, r.Summary)
	r.Command = r.settings.command()
	usage := func(f *pflag.Flag) string { _, usage := pflag.UnquoteUsage(f); return usage }
	for _, l := range r.settings.list(usage) {
		r.Settings = append(r.Settings, report.Setting{Name: key(l.flag.Name), Value: l.value, Meaning: l.comment})
	}
	return r, nil
}

// changingRates returns the learning rate of each step that a run took, or nil if
// it never changed.
func changingRates(c *train.Config, s *run.Summary) []float64 {
	if s.Steps == 0 || !(s.Epochs > 0) {
		return nil
	}
	const rounding = 1e-9 // of the epochs
	perEpoch := max(1, math.Ceil(float64(s.Steps)/s.Epochs*(1-rounding)))
	if perEpoch*float64(max(1, c.Epochs)) > train.MaxSteps {
		return nil // the summary belongs to other settings, or was edited
	}
	rates := c.Rates(int(perEpoch))
	rates = rates[:min(len(rates), s.Steps)]
	if len(slices.Compact(slices.Clone(rates))) < 2 {
		return nil
	}
	return rates
}

// tested reports whether the run got far enough to leave a model.
func (r *reported) tested() bool {
	return r.Summary.Status != run.Diverged && r.Summary.TestAccuracy != nil
}

// model reads the run's model.
func (r *reported) model() (*model.Model, error) {
	return model.Read(filepath.Join(r.Dir, run.ModelFile))
}

// test runs the run's model m on the test images.
func (r *reported) test(b backend.Backend, m *model.Model, data *mnist.Dataset) error {
	names, err := modelClasses(r.Dir, m)
	if err != nil {
		return err
	}
	evaluation, err := finiteEvaluation(b, m, data)
	if err != nil {
		return err
	}
	r.Tested = &report.Tested{Model: m, Data: data, Names: names, Evaluation: evaluation}
	return nil
}

// write puts the files of the report into the run's folder and returns their names,
// with that of the page last. All of them are made before the first is written.
func (r *reported) write() ([]string, error) {
	files, err := r.Files()
	if err != nil {
		return nil, err
	}
	dir := run.Dir{Path: r.Dir}
	var names []string
	for _, f := range files {
		if err := dir.Write(f.Name, f.Content); err != nil {
			return nil, err
		}
		names = append(names, f.Name)
	}
	return names, nil
}

// closeWithReport makes the report of a run that has just ended. If it cannot be drawn,
// that is only a warning, since the run itself is fine. A report that cannot be written
// is an error.
func closeWithReport(dir string, b backend.Backend, data *mnist.Dataset) error {
	err := reportOn(dir, b, data)
	if err == nil || faults.Is(err, faults.CannotWrite) {
		return err
	}
	warn("the run has no report: %v", err)
	fmt.Fprintf(os.Stderr, "hint: mnistgpu report %s draws it again\n", shellWord(dir))
	return nil
}

// reportOn makes the report of a run that has just ended, on the backend and the
// data that it used.
func reportOn(dir string, b backend.Backend, data *mnist.Dataset) error {
	r, err := readRun(dir)
	if err != nil {
		return err
	}
	if r.tested() {
		m, err := r.model()
		if err != nil {
			return err
		}
		if err := r.test(b, m, data); err != nil {
			return err
		}
	}
	_, err = r.write()
	return err
}
