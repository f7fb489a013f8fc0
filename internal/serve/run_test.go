package serve

import (
	"path/filepath"
	"testing"
	"time"

	"mnistgpu/internal/run"
)

// TestARunSaysHowLongItIs is for the page, which shows how far a run has come.
func TestARunSaysHowLongItIs(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "config.toml"), []byte("steps = 301\n"))
	r, err := readRun(dir, true)
	if err != nil || r.Steps != 301 || r.Epochs != 0 || r.Updated < time.Now().Unix()-3600 {
		t.Errorf("%+v, %v", r, err)
	}
	put(t, filepath.Join(dir, "config.toml"), []byte("epochs = 12\n"))
	if r, err = readRun(dir, true); err != nil || r.Steps != 0 || r.Epochs != 12 {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestARunTellsThatItLearnedNothing is for the page too.
func TestARunTellsThatItLearnedNothing(t *testing.T) {
	dir := t.TempDir()
	for _, figures := range []string{"", "training loss 2.303"} {
		put(t, filepath.Join(dir, run.SummaryFile), (&run.Summary{Status: run.Done, LearnedNothing: figures}).Encode())
		if r, err := readRun(dir, false); err != nil || r.Nothing != figures {
			t.Errorf("%q: %+v, %v", figures, r, err)
		}
	}
}
