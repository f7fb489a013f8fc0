package run

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"mnistgpu/internal/durable"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/model"
	"mnistgpu/internal/run/checkpoint"
	"mnistgpu/internal/train"
)

// SaveState writes a state of a run into its folder as the newest checkpoint, removes
// all but the newest keep, and returns the path of the new one. The settings are what
// the run depends on. The error is of the kind fault.CannotWrite: the state may not be safe,
// and the older checkpoints are unchanged.
func SaveState(dir string, settings map[string]string, s *train.State, keep int) (path string, err error) {
	name, err := checkpoint.Save(durable.Disk, dir, Checkpoint(settings, s), keep)
	if err != nil {
		return "", fault.Writing(dir, err)
	}
	return filepath.Join(dir, name), nil
}

// Saved is the newest state of a run that can be read.
type Saved struct {
	State    *train.State
	Settings map[string]string
	Path     string  // of the checkpoint
	Skipped  []error // why newer checkpoints cannot be read
}

// LoadState reads the newest readable checkpoint in the folder of a run. It returns
// nil if there are no checkpoints. The error is of the kind fault.BadData: there are some, but none
// can be read.
func LoadState(dir string) (*Saved, error) {
	l, err := checkpoint.Load(durable.Disk, dir)
	if errors.Is(err, checkpoint.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	saved := &Saved{Settings: l.State.Settings, Path: filepath.Join(dir, l.Name)}
	for _, e := range l.Skipped {
		saved.Skipped = append(saved.Skipped, e)
	}
	if saved.State, err = StateOf(l.State); err != nil {
		return nil, fault.In(saved.Path, err)
	}
	return saved, nil
}

// InUse reports whether a process is training in the folder of a run. It returns true
// if the file system has no locks, since then nobody can know.
func InUse(dir string) bool {
	used, err := durable.InUse(dir)
	return used || err != nil
}

// overheadKey is the name that checkpoints have for State.Overhead.
const overheadKey = "aside"

// The tensors of a checkpoint are the parameters under their own names, the state of
// the optimization method, and the parameters of the best evaluation, with these
// prefixes.
const (
	methodPrefix = "method."
	bestPrefix   = "best."
)

// Checkpoint converts s to a checkpoint with the settings of its run.
func Checkpoint(settings map[string]string, s *train.State) *checkpoint.State {
	c := &checkpoint.State{
		Settings: settings, Step: s.Step, Epoch: s.Epoch, Cursor: s.Cursor,
		Order: s.Order, Generator: s.Generator, Loss: s.Loss, Hits: s.Hits,
		History: toColumns(s.History),
		Numbers: map[string]float64{"seconds": s.Seconds, overheadKey: s.Overhead},
	}
	add := func(prefix string, tensors []model.Tensor) {
		for _, t := range tensors {
			t.Name = prefix + t.Name
			c.Tensors = append(c.Tensors, t)
		}
	}
	add("", s.Parameters)
	add(methodPrefix, s.Method)
	if s.Best != nil {
		add(bestPrefix, s.Best.Parameters)
		c.Numbers["best_record"], c.Numbers["best_since"] = float64(s.Best.Record), float64(s.Best.Since)
	}
	return c
}

// StateOf converts a checkpoint to the state of a run. The error says what is wrong
// with c; it is [train.Run] that checks whether the state fits the run.
func StateOf(c *checkpoint.State) (*train.State, error) {
	s := &train.State{
		Step: c.Step, Epoch: c.Epoch, Cursor: c.Cursor,
		Order: c.Order, Generator: c.Generator, Loss: c.Loss, Hits: c.Hits,
		Seconds: c.Numbers["seconds"], Overhead: c.Numbers[overheadKey],
	}
	var best []model.Tensor
	for _, t := range c.Tensors {
		of := &s.Parameters
		if name, ok := strings.CutPrefix(t.Name, methodPrefix); ok {
			t.Name, of = name, &s.Method
		} else if name, ok := strings.CutPrefix(t.Name, bestPrefix); ok {
			t.Name, of = name, &best
		}
		*of = append(*of, t)
	}
	var err error
	if best != nil {
		s.Best = &train.Best{Parameters: best}
		s.Best.Record, err = whole("best_record", c.Numbers["best_record"])
		if err == nil {
			s.Best.Since, err = whole("best_since", c.Numbers["best_since"])
		}
	}
	if err == nil {
		s.History, err = fromColumns(c.History)
	}
	return s, err
}

// figures are the columns of the history in a checkpoint, except the step, and their
// fields in a record.
var figures = []struct {
	name string
	of   func(*train.Record) *float64
}{
	{"epoch", func(r *train.Record) *float64 { return &r.Epoch }},
	{"loss", func(r *train.Record) *float64 { return &r.Loss }},
	{"train_accuracy", func(r *train.Record) *float64 { return &r.TrainAccuracy }},
	{"test_loss", func(r *train.Record) *float64 { return &r.TestLoss }},
	{"test_accuracy", func(r *train.Record) *float64 { return &r.TestAccuracy }},
	{"val_loss", func(r *train.Record) *float64 { return &r.ValLoss }},
	{"val_accuracy", func(r *train.Record) *float64 { return &r.ValAccuracy }},
	{"learning_rate", func(r *train.Record) *float64 { return &r.LearningRate }},
	{"seconds", func(r *train.Record) *float64 { return &r.Seconds }},
}

func toColumns(history []train.Record) []checkpoint.Column {
	columns := make([]checkpoint.Column, 1+len(figures))
	columns[0].Name = "step"
	for i, f := range figures {
		columns[i+1].Name = f.name
	}
	for _, r := range history {
		columns[0].Values = append(columns[0].Values, float64(r.Step))
		for i, f := range figures {
			columns[i+1].Values = append(columns[i+1].Values, *f.of(&r))
		}
	}
	return columns
}

func fromColumns(columns []checkpoint.Column) ([]train.Record, error) {
	if len(columns) != 1+len(figures) || columns[0].Name != "step" {
		return nil, fmt.Errorf("must have a history of %d columns, step first (got %d)", 1+len(figures), len(columns))
	}
	history := make([]train.Record, len(columns[0].Values))
	for i, v := range columns[0].Values {
		var err error
		if history[i].Step, err = whole("step", v); err != nil {
			return nil, err
		}
	}
	for i, f := range figures {
		column := columns[i+1]
		if column.Name != f.name {
			return nil, fmt.Errorf("column %d of the history must be %q (got %q)", i+2, f.name, column.Name)
		}
		for line, v := range column.Values {
			*f.of(&history[line]) = v
		}
	}
	return history, nil
}

// whole converts v, which counts something, to an int. The error says that v is not a
// whole number from 0 to 2^53.
func whole(name string, v float64) (int, error) {
	if !(v >= 0 && v <= 1<<53) || v != math.Trunc(v) {
		return 0, fmt.Errorf("%s must be a whole number (got %v)", name, v)
	}
	return int(v), nil
}
