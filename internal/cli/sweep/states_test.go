package sweep

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mnistgpu/internal/run"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
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

// TestOpenStates saves the state after the third of a trial's five steps and opens the
// states again, unchanged and after changes.
func TestOpenStates(t *testing.T) {
	v, err := settings.Resolve(settings.Given{})
	if err != nil {
		t.Fatal(err)
	}
	was := v.ResultSettings()
	was["machine"], was["program"] = "amd64, avx2", "v1"
	with := func(name, value string) settings.Fingerprint {
		other := maps.Clone(was)
		other[name] = value
		return other
	}
	unchanged := func(string) {}
	for name, test := range map[string]struct {
		now     settings.Fingerprint
		spoil   func(dir string)
		resumes bool
		left    int // checkpoints, once it is open
		warning string
	}{
		"unchanged":       {was, unchanged, true, 1, ""},
		"another machine": {with("machine", "amd64, avx512"), unchanged, false, 0, "its machine is amd64, avx2, not amd64, avx512"},
		"another program": {with("program", "v2"), unchanged, false, 0, "its program is v1, not v2"},
		"another rate":    {with("lr", "0.25"), unchanged, false, 0, "its lr is 0.5, not 0.25"},
		"damaged":         {was, func(dir string) { os.Truncate(kept(t, dir)[0], 100) }, false, 0, "trial 0 starts over: "},
	} {
		dir := &run.Dir{Path: filepath.Join(t.TempDir(), "00000")}
		var stderr strings.Builder
		view := &trialView{all: newView(&ui.IO{Stderr: &stderr, Quiet: true}, 1, nil), steps: 5}
		first, state := openStates(dir, v, was, view)
		if state != nil {
			t.Fatalf("%s: there is a state before the first step", name)
		}
		for _, step := range []int{3, 5} {
			first.Save(&train.State{Step: step})
		}
		first.Wait()
		if second, state := openStates(dir, v, was, view); state != nil || second.unlock != nil || second.Due(1, true) {
			t.Errorf("%s: two have the trial", name)
		}
		first.release()
		test.spoil(dir.Path)
		stderr.Reset()
		again, state := openStates(dir, v, test.now, view)
		if (state != nil && state.Step == 3) != test.resumes {
			t.Errorf("%s: resumes from %+v", name, state)
		}
		if left := len(kept(t, dir.Path)); left != test.left {
			t.Errorf("%s: %d checkpoints are left, want %d", name, left, test.left)
		}
		if !strings.Contains(stderr.String(), test.warning) || (test.warning == "") != (stderr.Len() == 0) {
			t.Errorf("%s: the warning is %q, want %q", name, stderr.String(), test.warning)
		}
		again.remove()
		if _, err := os.Stat(dir.Path); !os.IsNotExist(err) {
			t.Errorf("%s: the folder is still there: %v", name, err)
		}
	}
}
