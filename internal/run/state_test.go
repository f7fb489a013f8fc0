package run

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/model"
	"mnistgpu/internal/run/checkpoint"
	"mnistgpu/internal/train"
)

// state returns a state in which every field has a different number.
func state() *train.State {
	tensor := func(name string, first float32) model.Tensor {
		return model.Tensor{Name: name, Shape: []int{1, 2}, Values: []float32{first, first + 0.5}}
	}
	record := func(first float64) train.Record {
		return train.Record{
			Step: int(first), Epoch: first + 1, Loss: first + 2, TrainAccuracy: first + 3, TestLoss: first + 4,
			TestAccuracy: first + 5, ValLoss: first + 6, ValAccuracy: first + 7, LearningRate: first + 8, Seconds: first + 9,
		}
	}
	return &train.State{
		Step: 1, Epoch: 2, Cursor: 3, Order: []int32{4, 5}, Generator: []byte{6},
		Parameters: []model.Tensor{tensor("w", 7), tensor("b", 8)},
		Method:     []model.Tensor{tensor("w.m", 9), tensor("w.v", 10)},
		Loss:       []float64{11, 12}, Hits: []int32{13, 14},
		History: []train.Record{record(20), record(30)},
		Best:    &train.Best{Record: 1, Since: 15, Parameters: []model.Tensor{tensor("w", 16), tensor("b", 17)}},
		Seconds: 18, Overhead: 19,
	}
}

func TestStatesComeBack(t *testing.T) {
	plain := state()
	plain.Best, plain.Method, plain.History = nil, nil, []train.Record{}
	for name, want := range map[string]*train.State{"full": state(), "plain": plain} {
		dir := t.TempDir()
		settings := map[string]string{"lr": "0.5"}
		path, err := SaveState(dir, settings, want, 2)
		if err != nil {
			t.Fatal(err)
		}
		got, err := LoadState(dir)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&Saved{State: want, Settings: settings, Path: path}, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestLoadStateOfOthers(t *testing.T) {
	dir := t.TempDir()
	if s, err := LoadState(dir); s != nil || err != nil {
		t.Errorf("an empty folder gave %v, %v", s, err)
	}
	first, err := SaveState(dir, nil, state(), 2)
	if err != nil {
		t.Fatal(err)
	}
	second, err := SaveState(dir, nil, state(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(second, 100); err != nil {
		t.Fatal(err)
	}
	s, err := LoadState(dir)
	if err != nil || s.Path != first || len(s.Skipped) != 1 {
		t.Errorf("beside a damaged checkpoint: %+v, %v", s, err)
	}
	if err := os.Truncate(first, 0); err != nil {
		t.Fatal(err)
	}
	want := dir + ": has no checkpoint that can be read: "
	if _, err := LoadState(dir); err == nil || err.Error()[:len(want)] != want {
		t.Errorf("two damaged checkpoints gave %v, want %s", err, want)
	}
	if _, err := SaveState(filepath.Join(dir, "none"), nil, state(), 2); err == nil || err.Error() != "cannot write "+dir+"/none: no such file or directory" {
		t.Errorf("saving into no folder gave %v", err)
	}
}

// TestStateOfRefuses alters a checkpoint in one way at a time.
func TestStateOfRefuses(t *testing.T) {
	for _, test := range []struct {
		alter func(*checkpoint.State)
		want  string
	}{
		{func(c *checkpoint.State) { c.History = c.History[1:] }, "must have a history of 10 columns, step first (got 9)"},
		{func(c *checkpoint.State) { c.History[0].Name = "steps" }, "must have a history of 10 columns, step first (got 10)"},
		{func(c *checkpoint.State) { c.History[2].Name = "x" }, `column 3 of the history must be "loss" (got "x")`},
		{func(c *checkpoint.State) { c.History[0].Values[1] = 1.5 }, "step must be a whole number (got 1.5)"},
		{func(c *checkpoint.State) { c.History[0].Values[1] = -1 }, "step must be a whole number (got -1)"},
		{func(c *checkpoint.State) { c.Numbers["best_record"] = 1e300 }, "best_record must be a whole number (got 1e+300)"},
		{func(c *checkpoint.State) { c.Numbers["best_since"] = 0.5 }, "best_since must be a whole number (got 0.5)"},
	} {
		c := Checkpoint(nil, state())
		test.alter(c)
		if _, err := StateOf(c); err == nil || err.Error() != test.want {
			t.Errorf("%v, want %s", err, test.want)
		}
	}
}
