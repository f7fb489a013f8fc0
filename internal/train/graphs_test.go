package train

import (
	"context"
	"slices"
	"testing"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/backend/backendtest"
)

// long is a backend that prefers graphs of several steps, and counts launches.
type long struct {
	chunked
	steps    int
	launches *int
}

func (l long) StepsPerGraph() int { return l.steps }

func (l long) Capture(step func(backend.Ops)) (backend.Graph, error) {
	g, err := l.chunked.Capture(step)
	return counted{g, l.launches}, err
}

type counted struct {
	backend.Graph
	launches *int
}

func (c counted) Replay() error { *c.launches++; return c.Graph.Replay() }

// TestStretchesAreSteps checks runs whose epochs have six full steps and a shorter one,
// in stretches of two, three or six steps, with and without evaluations and saves in
// between. Each must equal the run that takes one step at a time.
func TestStretchesAreSteps(t *testing.T) {
	for _, test := range []struct {
		most, evalEvery, pace int
		steps                 int // in a stretch
	}{{4, 0, 0, 3}, {3, 0, 0, 3}, {2, 0, 0, 2}, {4, 5, 0, 3}, {4, 2, 0, 3}, {4, 0, 4, 3}, {64, 0, 0, 6}} {
		c := tinyConfig()
		c.Batch, c.Epochs, c.Steps, c.EvalEvery = 3, 0, 18, test.evalEvery
		outcome := func(b backend.Backend) (*Result, []int) {
			k := &keeper{pace: test.pace, due: func(steps int, epoch bool) bool {
				return test.pace > 0 && steps%test.pace == 0 || test.pace == 0 && epoch
			}}
			r, err := Run(context.Background(), b, tiny, c, new(log), nil, k)
			if err != nil {
				t.Fatal(err)
			}
			for i := range r.History {
				r.History[i].Seconds = 0
			}
			return r, k.steps()
		}
		b := chunked{new(backendtest.Reference), 64}
		want, wantStates := outcome(b)
		got, states := outcome(long{b, test.most, new(int)})
		if !slices.Equal(got.History, want.History) || !sameModel(got.Model, want.Model) || got.Steps != want.Steps {
			t.Errorf("%+v: stretches end elsewhere than steps:\n%v\n%v", test, got.History, want.History)
		}
		if !slices.Equal(states, wantStates) {
			t.Errorf("%+v: states after %v, want %v", test, states, wantStates)
		}
		trainer, err := newTrainer(long{b, test.most, new(int)}, tiny, c, nil)
		if err != nil {
			t.Fatal(err)
		}
		if trainer.stretch.steps != test.steps {
			t.Errorf("%+v: stretches of %d steps", test, trainer.stretch.steps)
		}
	}
}

// TestStretchesSaveLaunches counts the launches of an epoch: two stretches of three
// steps and the shorter step.
func TestStretchesSaveLaunches(t *testing.T) {
	c := tinyConfig()
	c.Batch = 3
	launches := 0
	trainer, err := newTrainer(long{chunked{new(backendtest.Reference), 64}, 4, &launches}, tiny, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := trainer.advanceBy(trainer.plan.perEpoch); err != nil {
		t.Fatal(err)
	}
	if launches != 3 || trainer.step != 7 {
		t.Errorf("%d launches for %d steps, want 3 for 7", launches, trainer.step)
	}
}
