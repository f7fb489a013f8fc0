package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
)

func TestSaveEvery(t *testing.T) {
	for _, test := range []struct {
		text string
		want saveEvery
	}{{"epoch", saveEvery{}}, {"7", saveEvery{steps: 7}}, {"1m30s", saveEvery{interval: 90 * time.Second}}} {
		e := saveEvery{steps: 1, interval: time.Hour}
		if err := e.Set(test.text); err != nil || e != test.want || e.String() != test.text {
			t.Errorf("%s became %v, %v", test.text, e, err)
		}
	}
	for _, text := range []string{"", "0", "-1", "0s", "-1s", "1.5", "epochs", "3x"} {
		e := saveEvery{steps: 7}
		if e.Set(text) == nil || e.steps != 7 {
			t.Errorf("%q became %v", text, e)
		}
	}
}

// TestDue sets the time of the last save itself, so that its own speed does not matter.
func TestDue(t *testing.T) {
	long, now := time.Now().Add(-time.Hour), time.Now()
	never := time.Duration(1 << 62)
	for _, test := range []struct {
		name  string
		saver saver
		steps int
		epoch bool
		want  bool
	}{
		{"the first epoch", saver{begun: now}, 10, true, true},
		{"in an epoch", saver{begun: long}, 11, false, false},
		{"an epoch after a short save", saver{begun: long, last: outcome{took: time.Second}}, 10, true, true},
		{"an epoch too soon after a long one", saver{begun: now, last: outcome{took: time.Hour}}, 10, true, false},
		{"an epoch amid a save", saver{begun: long, writing: make(chan outcome)}, 10, true, false},
		{"so many steps", saver{every: saveEvery{steps: 5}}, 10, false, true},
		{"other steps", saver{every: saveEvery{steps: 5}}, 11, true, false},
		{"so many steps amid a save", saver{every: saveEvery{steps: 5}, writing: make(chan outcome)}, 10, false, true},
		{"such a time", saver{every: saveEvery{interval: time.Minute}, begun: long}, 11, false, true},
		{"before such a time", saver{every: saveEvery{interval: never}, begun: long}, 10, true, false},
		{"such a time amid a save", saver{every: saveEvery{interval: time.Minute}, begun: long, writing: make(chan outcome)}, 11, true, false},
	} {
		if got := test.saver.Due(test.steps, test.epoch); got != test.want {
			t.Errorf("%s: due is %t", test.name, got)
		}
	}
}

// TestSaverGoesOn saves where it cannot, then where it can, and then where it cannot
// again. The error of the last save counts.
func TestSaverGoesOn(t *testing.T) {
	dir := &run.Dir{Path: filepath.Join(t.TempDir(), "run")}
	s := saver{dir: dir, keep: 1, view: quietView{}}
	state := &train.State{Step: 1}
	s.Save(state)
	if err := s.finish(); err == nil || exitCode(err) != exitCannotWrite || s.newest != "" {
		t.Errorf("saved %q into no folder, %v", s.newest, err)
	}
	if err := os.Mkdir(dir.Path, 0o777); err != nil {
		t.Fatal(err)
	}
	s.Save(state)
	want := filepath.Join(dir.Path, "checkpoint-000001.mnistgpu")
	if err := s.finish(); err != nil || s.newest != want {
		t.Errorf("saved %q, %v, want %q", s.newest, err, want)
	}
	if err := os.RemoveAll(dir.Path); err != nil {
		t.Fatal(err)
	}
	s.Save(state)
	if err := s.finish(); err == nil || s.newest != want {
		t.Errorf("saved %q into no folder, %v", s.newest, err)
	}
}
