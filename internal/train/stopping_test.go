package train

import (
	"testing"

	"mnistgpu/internal/backend/backendtest"
	"mnistgpu/internal/model"
)

// noisy is a config of many short epochs whose validation loss soon rises.
func noisy() Config {
	c := tinyConfig()
	c.ValFraction, c.Epochs, c.LearningRate = 0.25, 300, 3
	return c
}

// TestPatienceKeepsTheBest goes through the history independently.
func TestPatienceKeepsTheBest(t *testing.T) {
	c := noisy()
	c.Patience = 4
	r, _ := run(t, c, 64)
	if r.Stop != StopPatience || r.Steps >= 600 {
		t.Fatalf("stopped as %s after %d steps", r.Stop, r.Steps)
	}
	best := 0
	for i, record := range r.History {
		if record.ValLoss < r.History[best].ValLoss {
			best = i
		}
		if late := i-best >= 4; late != (i == len(r.History)-1) {
			t.Errorf("evaluation %d of %d is %d after the best", i, len(r.History), i-best)
		}
	}
	if r.Kept != best || best == len(r.History)-1 {
		t.Errorf("kept evaluation %d of %d, want %d", r.Kept, len(r.History), best)
	}
	short := c
	short.Patience, short.Steps = 0, r.History[best].Step+1
	if want, _ := run(t, short, 64); !sameModel(r.Model, want.Model) {
		t.Error("the model is not that of the best evaluation")
	}
}

// TestPatienceKeepsTheBestOfAWholeRun has more patience than evaluations.
func TestPatienceKeepsTheBestOfAWholeRun(t *testing.T) {
	c := noisy()
	c.Patience, c.Epochs = 1000, 40
	r, _ := run(t, c, 64)
	if r.Stop != StopFinished || r.Steps != 80 || r.Kept == len(r.History)-1 {
		t.Errorf("stopped as %s after %d steps and kept evaluation %d of %d", r.Stop, r.Steps, r.Kept, len(r.History))
	}
	c.Patience = 0
	if r, _ := run(t, c, 64); r.Kept != len(r.History)-1 {
		t.Errorf("without patience it kept evaluation %d of %d", r.Kept, len(r.History))
	}
}

func TestBetterIsBetterByMore(t *testing.T) {
	for _, test := range []struct {
		minDelta float64
		want     int // of the losses 1, 0.9, 0.7, 0.65
	}{{0, 3}, {0.1, 2}, {0.15, 2}, {0.5, 0}} {
		var b best
		var history []Record
		for _, loss := range []float64{1, 0.9, 0.7, 0.65} {
			history = append(history, Record{ValLoss: loss})
			b.observe(history, new(model.Model), test.minDelta)
		}
		if b.record != test.want || b.since != 3-test.want || b.outOfPatience(4-test.want) || test.want < 3 && !b.outOfPatience(3-test.want) {
			t.Errorf("with a delta of %v: %+v, want record %d", test.minDelta, b, test.want)
		}
	}
}

func TestRunStopsOnTarget(t *testing.T) {
	c := tinyConfig()
	c.Epochs, c.TargetAccuracy = 200, 0.9
	r, _ := run(t, c, 64)
	last := len(r.History) - 1
	if r.Stop != StopTarget || r.Steps == 600 || r.History[last].TestAccuracy < 0.9 {
		t.Errorf("stopped as %s after %d steps at %v", r.Stop, r.Steps, r.History[last].TestAccuracy)
	}
	for _, record := range r.History[:last] {
		if record.TestAccuracy >= 0.9 {
			t.Errorf("went on after step %d with %v", record.Step, record.TestAccuracy)
		}
	}
}

// TestTargetIsOfValidation has a test set that nothing can learn. The weights that
// reach the target are kept, whatever the patience of the run.
func TestTargetIsOfValidation(t *testing.T) {
	data := *tiny
	data.Test.Labels = make([]byte, data.Test.Len())
	c := noisy()
	c.LearningRate, c.TargetAccuracy, c.Patience = 0.5, 1, 1000
	r, err := Run(t.Context(), new(backendtest.Reference), &data, c, new(log), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	last := r.History[r.Kept]
	if r.Stop != StopTarget || r.Kept != len(r.History)-1 || last.ValAccuracy != 1 || last.TestAccuracy == 1 || last.Monitored(c) != 1 {
		t.Errorf("stopped as %s and kept %+v", r.Stop, last)
	}
}

// TestRunStopsInTime has a time limit of a nanosecond. The network must still be
// evaluated at the end.
func TestRunStopsInTime(t *testing.T) {
	c := tinyConfig()
	c.Time = 1e-9
	r, l := run(t, c, 64)
	if r.Stop != StopTime || r.Steps != 1 || len(r.History) != 1 || r.History[0].Step != 0 || r.Model == nil {
		t.Errorf("stopped as %s after %d steps with %+v", r.Stop, r.Steps, r.History)
	}
	if n := len(l.progress); n == 0 || l.progress[n-1].Remaining != 0 {
		t.Errorf("the progress is %+v", l.progress)
	}
	c.Time = 3600
	if r, _ := run(t, c, 64); r.Stop != StopFinished {
		t.Errorf("with an hour it stopped as %s", r.Stop)
	}
}

// TestTargetReachedInTheEnd evaluates only after the time is up.
func TestTargetReachedInTheEnd(t *testing.T) {
	c := tinyConfig()
	c.Time, c.TargetAccuracy = 1e-9, 0.01
	if r, _ := run(t, c, 64); r.Stop != StopTarget {
		t.Errorf("stopped as %s", r.Stop)
	}
}
