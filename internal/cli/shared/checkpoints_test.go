package shared

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/run"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

// TestDue sets the time of the last save itself, so that its own speed does not matter.
func TestDue(t *testing.T) {
	long, now := time.Now().Add(-time.Hour), time.Now()
	never := time.Duration(1 << 62)
	for _, test := range []struct {
		name        string
		checkpoints Checkpoints
		steps       int
		epoch       bool
		want        bool
	}{
		{"the first epoch", Checkpoints{begun: now}, 10, true, true},
		{"in an epoch", Checkpoints{begun: long}, 11, false, false},
		{"an epoch after a short save", Checkpoints{begun: long, last: saved{took: time.Second}}, 10, true, true},
		{"an epoch too soon after a long one", Checkpoints{begun: now, last: saved{took: time.Hour}}, 10, true, false},
		{"an epoch amid a save", Checkpoints{begun: long, writing: make(chan saved)}, 10, true, false},
		{"so many steps", Checkpoints{every: settings.Interval{Steps: 5}}, 10, false, true},
		{"other steps", Checkpoints{every: settings.Interval{Steps: 5}}, 11, true, false},
		{"so many steps amid a save", Checkpoints{every: settings.Interval{Steps: 5}, writing: make(chan saved)}, 10, false, true},
		{"such a time", Checkpoints{every: settings.Interval{Time: time.Minute}, begun: long}, 11, false, true},
		{"before such a time", Checkpoints{every: settings.Interval{Time: never}, begun: long}, 10, true, false},
		{"such a time amid a save", Checkpoints{every: settings.Interval{Time: time.Minute}, begun: long, writing: make(chan saved)}, 11, true, false},
	} {
		if got := test.checkpoints.Due(test.steps, test.epoch); got != test.want {
			t.Errorf("%s: due is %t", test.name, got)
		}
	}
}

// TestCheckpointsGoOn saves where it cannot, then where it can, and then where it cannot
// again. The error of the last save counts.
func TestCheckpointsGoOn(t *testing.T) {
	dir := &run.Dir{Path: filepath.Join(t.TempDir(), "run")}
	s := Checkpoints{io: &ui.IO{Stderr: io.Discard}, clearBar: func() {}, dir: dir, keep: 1}
	state := &train.State{Step: 1}
	s.Save(state)
	if err := s.Finish(); err == nil || !fault.Is(err, fault.CannotWrite) || s.Newest != "" {
		t.Errorf("saved %q into no folder, %v", s.Newest, err)
	}
	if err := os.Mkdir(dir.Path, 0o777); err != nil {
		t.Fatal(err)
	}
	s.Save(state)
	want := filepath.Join(dir.Path, "checkpoint-000001.mnistgpu")
	if err := s.Finish(); err != nil || s.Newest != want {
		t.Errorf("saved %q, %v, want %q", s.Newest, err, want)
	}
	if err := os.RemoveAll(dir.Path); err != nil {
		t.Fatal(err)
	}
	s.Save(state)
	if err := s.Finish(); err == nil || s.Newest != want {
		t.Errorf("saved %q into no folder, %v", s.Newest, err)
	}
}
