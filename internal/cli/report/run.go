package report

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/model"
	"mnistgpu/internal/report"
	"mnistgpu/internal/run"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

// reported is a run whose report is being made.
type reported struct {
	report.Run
	settings *settings.Values
}

// read reads the files of a run, except its model.
func read(dir string) (*reported, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fault.In(dir, err).WithHint("name a run folder that train made; mnistgpu runs lists those in runs")
	}
	r := &reported{Run: report.Run{Dir: dir}}
	var err error
	if r.settings, err = shared.RunSettings(dir); err != nil {
		return nil, err
	}
	if r.Summary, err = run.ReadSummary(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Inf(dir, "has no results").WithHint("%s", shared.ContinueHint(dir))
	}
	if err != nil {
		return nil, err
	}
	if r.History, err = run.ReadHistory(dir); err != nil {
		return nil, err
	}
	r.Rates = changingRates(&r.settings.Train, r.Summary)
	r.Command = r.settings.CommandLine()
	for _, e := range r.settings.Used() {
		r.Settings = append(r.Settings, report.Setting{Name: settings.Key(e.Row.Name), Value: e.Value, Meaning: e.Row.Help})
	}
	return r, nil
}

// changingRates returns the learning rate of each step that a run took, or nil if it
// never changed.
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

// hasModel reports whether the run got far enough to leave a model.
func (r *reported) hasModel() bool {
	return r.Summary.Status != run.Diverged && r.Summary.TestAccuracy != nil
}

// model reads the run's model.
func (r *reported) model() (*model.Model, error) {
	return model.Read(filepath.Join(r.Dir, run.ModelFile))
}

// score runs the run's model m, whose classes have names, on the test images.
func (r *reported) score(b backend.Backend, m *model.Model, names []string, data *mnist.Dataset) error {
	scored, err := shared.Evaluate(b, m, data)
	if err != nil {
		return err
	}
	r.Tested = &report.Tested{Model: m, Data: data, Names: names, Evaluation: scored}
	return nil
}

// write puts the files of the report into the run's folder and returns their names, with
// that of the page last. All of them are made before the first is written.
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

// Close makes the report of a run that has just ended, on the backend and the data that
// it used. If it cannot be drawn, that is only a warning, since the run itself is fine. A
// report that cannot be written is an error.
func Close(o *ui.IO, dir string, b backend.Backend, data *mnist.Dataset) error {
	err := draw(dir, b, data)
	if err == nil || fault.Is(err, fault.CannotWrite) {
		return err
	}
	o.Warnf("the run has no report: %v", err)
	o.Hintf("mnistgpu report %s draws it again", settings.ShellWord(dir))
	return nil
}

// draw makes the report of a run that has just ended.
func draw(dir string, b backend.Backend, data *mnist.Dataset) error {
	r, err := read(dir)
	if err != nil {
		return err
	}
	if r.hasModel() {
		m, err := r.model()
		if err != nil {
			return err
		}
		names, err := shared.ModelClasses(r.Dir, m)
		if err != nil {
			return err
		}
		if err := r.score(b, m, names, data); err != nil {
			return err
		}
	}
	_, err = r.write()
	return err
}
