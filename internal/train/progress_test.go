package train

import (
	"testing"
	"time"
)

// TestRemainingOfLongRuns is twenty hours into a run of a million steps: the product of
// the two overflows a time.Duration.
func TestRemainingOfLongRuns(t *testing.T) {
	l := new(log)
	run, err := newTrainer(onCPU(t), tiny, tinyConfig(), l)
	if err != nil {
		t.Fatal(err)
	}
	run.step, run.plan.steps, run.started = 400_000, 1_000_000, time.Now().Add(-20*time.Hour)
	run.report(1, 1)
	if left := l.progress[0].Remaining.Round(time.Hour); left != 30*time.Hour {
		t.Errorf("%v are left, want 30h", left)
	}
}
