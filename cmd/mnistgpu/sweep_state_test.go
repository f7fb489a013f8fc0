package main

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
)

// kept lists the checkpoints in a folder.
func kept(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "[^.]*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestOpenTrial saves the state after the third of a trial's five steps and opens the
// trial again, unchanged and after changes.
func TestOpenTrial(t *testing.T) {
	settings := map[string]string{"lr": "0.5", machineName: "amd64, avx2"}
	other := maps.Clone(settings)
	other[machineName] = "amd64, avx512"
	for name, test := range map[string]struct {
		settings map[string]string
		spoil    func(dir string)
		goesOn   bool
		left     int // checkpoints, once it is open
	}{
		"as it was":       {settings, func(string) {}, true, 1},
		"another machine": {other, func(string) {}, false, 0},
		"damaged":         {settings, func(dir string) { os.Truncate(kept(t, dir)[0], 100) }, false, 0},
	} {
		dir := &run.Dir{Path: filepath.Join(t.TempDir(), "00000")}
		view := &trialView{all: newSweepView(true, 1, nil), steps: 5}
		begun, state := openTrial(dir, saving{keep: 2}, settings, view)
		if state != nil {
			t.Fatalf("%s: there is a state before the first step", name)
		}
		for _, step := range []int{3, 5} {
			begun.Save(&train.State{Step: step})
		}
		begun.wait()
		if again, state := openTrial(dir, saving{keep: 2}, settings, view); state != nil || again.unlock != nil {
			t.Errorf("%s: two have the trial", name)
		}
		begun.release()
		test.spoil(dir.Path)
		trial, state := openTrial(dir, saving{keep: 2}, test.settings, view)
		if (state != nil && state.Step == 3) != test.goesOn {
			t.Errorf("%s: goes on from %+v", name, state)
		}
		if left := len(kept(t, dir.Path)); left != test.left {
			t.Errorf("%s: %d checkpoints are left, want %d", name, left, test.left)
		}
		trial.remove()
		if _, err := os.Stat(dir.Path); !os.IsNotExist(err) {
			t.Errorf("%s: the folder is still there: %v", name, err)
		}
	}
}
