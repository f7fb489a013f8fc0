package train

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/nn"
)

// keeper is a Saver that keeps the states that are due by its rule, and the one at the
// end.
type keeper struct {
	due    func(steps int, epoch bool) bool
	pace   int
	states []*State
}

func (k *keeper) Every() int                     { return k.pace }
func (k *keeper) Due(steps int, epoch bool) bool { return k.due(steps, epoch) }
func (k *keeper) Save(s *State)                  { k.states = append(k.states, s) }

func (k *keeper) steps() (steps []int) {
	for _, s := range k.states {
		steps = append(steps, s.Step)
	}
	return steps
}

func everyEpoch(_ int, epoch bool) bool { return epoch }
func atTheEnd(int, bool) bool           { return false }

// onCPU opens a backend whose numbers a state holds to the last bit, unlike the
// reference's.
func onCPU(t *testing.T) backend.Backend {
	t.Helper()
	b, err := cpu.Open(cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// resumed runs c on tiny from a state.
func resumed(t *testing.T, c Config, from *State, s Saver) (*Result, *log) {
	t.Helper()
	l := new(log)
	r, err := Run(context.Background(), onCPU(t), tiny, c, l, from, s)
	if err != nil {
		t.Fatal(err)
	}
	return r, l
}

// stateful is a config with everything that a state can have: 3 steps an epoch, the
// last one short, and an evaluation every other step.
func stateful() Config {
	c := tinyConfig()
	c.Batch, c.Epochs, c.Steps, c.EvalEvery = 6, 0, 20, 2
	c.Optimizer, c.LearningRate = nn.Adam, 0.01
	c.ValFraction, c.Patience = 0.25, 1000
	return c
}

// at returns the state of a run of c after the given number of steps.
func at(t *testing.T, c Config, steps int) *State {
	t.Helper()
	k := &keeper{due: func(done int, _ bool) bool { return done == steps }}
	resumed(t, c, nil, k)
	return k.states[0]
}

func TestStatesAreSavedWhenDue(t *testing.T) {
	k := &keeper{due: everyEpoch}
	resumed(t, stateful(), nil, k)
	if want := []int{3, 6, 9, 12, 15, 18, 20}; !slices.Equal(k.steps(), want) {
		t.Errorf("saved after %v steps, want %v", k.steps(), want)
	}
	k = &keeper{due: atTheEnd}
	resumed(t, stateful(), nil, k)
	if want := []int{20}; !slices.Equal(k.steps(), want) {
		t.Errorf("saved after %v steps, want %v: the end is always saved", k.steps(), want)
	}
	end := k.states[0]
	k = &keeper{due: everyEpoch}
	r, l := resumed(t, stateful(), end, k)
	if len(k.states) > 0 || r.Steps != 20 || r.Stop != StopFinished || len(l.records) > 0 {
		t.Errorf("going on from the end saved %v and took %d steps", k.steps(), r.Steps)
	}
}

func TestPositions(t *testing.T) {
	p := plan{images: 15, batch: 6, perEpoch: 3}
	for _, test := range []struct{ steps, epoch, cursor int }{{1, 1, 6}, {2, 1, 12}, {3, 1, 15}, {4, 2, 6}, {6, 2, 15}, {7, 3, 6}} {
		if epoch, cursor := p.position(test.steps); epoch != test.epoch || cursor != test.cursor {
			t.Errorf("%d steps end at image %d of epoch %d, want %d of %d", test.steps, cursor, epoch, test.cursor, test.epoch)
		}
	}
}

// TestInterruptionLeavesNoTrace stops a run between evaluations, which adds an
// evaluation. The saved state must resume without it.
func TestInterruptionLeavesNoTrace(t *testing.T) {
	c := stateful()
	want, _ := resumed(t, c, nil, nil)
	ctx, cancel := context.WithCancel(context.Background())
	k := &keeper{due: func(steps int, _ bool) bool {
		if steps == 8 {
			cancel()
		}
		return false
	}}
	r, err := Run(ctx, onCPU(t), tiny, c, new(log), nil, k)
	if err != nil || r.Stop != StopInterrupted || r.Steps != 8 || r.History[len(r.History)-1].Step != 7 {
		t.Fatalf("stopped as %+v, %v", r, err)
	}
	if len(k.states) != 1 || len(k.states[0].History) != len(r.History)-1 {
		t.Fatalf("saved %v, with %d of %d lines", k.steps(), len(k.states[0].History), len(r.History))
	}
	got, l := resumed(t, c, k.states[0], nil)
	if !sameResult(got, want) {
		t.Error("the run went on otherwise than in one go")
	}
	if l.plan.Begun != 8 || len(l.records) != len(want.History)-len(k.states[0].History) {
		t.Errorf("planned %+v and told %d records", l.plan, len(l.records))
	}
}

// sameResult compares everything but the times.
func sameResult(a, b *Result) bool {
	timeless := func(r Record) Record {
		r.Seconds = 0
		return r
	}
	return sameModel(a.Model, b.Model) && a.Steps == b.Steps && a.Stop == b.Stop && a.Kept == b.Kept &&
		slices.EqualFunc(a.History, b.History, func(a, b Record) bool { return timeless(a) == timeless(b) })
}

// TestTimesAddUp resumes a run whose state says that it has taken an hour.
func TestTimesAddUp(t *testing.T) {
	c := stateful()
	s := at(t, c, 7)
	s.Seconds, s.Overhead = 3600, 1800
	r, l := resumed(t, c, s, nil)
	if r.Seconds < 3600 || l.records[0].Seconds < 3600 || r.ImagesPerSecond > float64(len(tiny.Train.Labels)*20)/1800 {
		t.Errorf("took %v seconds, %v at the first evaluation, %v images/s", r.Seconds, l.records[0].Seconds, r.ImagesPerSecond)
	}
	c.Time = 3600
	if r, _ := resumed(t, c, s, nil); r.Stop != StopTime || r.Steps != 7 {
		t.Errorf("with an hour it stopped as %s after %d steps", r.Stop, r.Steps)
	}
}

// mutants are ways to restore too little. Each of them must change the result.
var mutants = map[string]func(*trainer) error{
	"parameter": func(t *trainer) error { return zero(t.b, t.net.Params()[0].Tensor) },
	"bias":      func(t *trainer) error { return zero(t.b, t.net.Params()[3].Tensor) },
	"adam's m":  func(t *trainer) error { return zero(t.b, t.net.State()[0].Tensor) },
	"adam's v":  func(t *trainer) error { return zero(t.b, t.net.State()[1].Tensor) },
	"adam's t":  func(t *trainer) error { return backend.Upload(t.b, t.tally.Step, []int32{0}) },
	"cursor":    func(t *trainer) error { return t.feed.rewind() },
	"generator": func(t *trainer) error { t.generator.Seed(t.config.Seed, shuffleStream); return nil },
	"order":     func(t *trainer) error { slices.Sort(t.feed.permutation); return nil },
	"order on the device": func(t *trainer) error {
		slices.Sort(t.feed.permutation)
		err := backend.Upload(t.b, t.feed.order, t.feed.permutation)
		return err
	},
	"losses":  func(t *trainer) error { return zero(t.b, t.tally.Loss) },
	"hits":    func(t *trainer) error { return zero(t.b, t.tally.Hits) },
	"history": func(t *trainer) error { t.history = t.history[:1]; return nil },
	"best":    func(t *trainer) error { t.best = best{}; return nil },
	"since":   func(t *trainer) error { t.best.since = 0; return nil },
}

// zero sets a tensor to its value before the first step.
func zero(b backend.Backend, t backend.Tensor) error { return b.Upload(t, make([]byte, t.Bytes())) }

// TestRestoreMutants restores everything but one thing and resumes the run. The result
// must show it.
func TestRestoreMutants(t *testing.T) {
	c := stateful()
	c.LearningRate, c.Steps, c.Patience = 0.3, 200, 12 // overfits, and stops early
	want, _ := resumed(t, c, nil, nil)
	if want.Stop != StopPatience {
		t.Fatalf("stopped as %s after %d steps", want.Stop, want.Steps)
	}
	// In the middle of an epoch, and some evaluations after the best one.
	from := at(t, c, want.Steps-8)
	if from.Best.Since == 0 || from.Cursor == 15 {
		t.Fatalf("the state has its best evaluation %d ago and is at image %d", from.Best.Since, from.Cursor)
	}
	if got, _ := resumed(t, c, from, nil); !sameResult(got, want) {
		t.Fatal("the run went on otherwise than in one go")
	}
	passed := 0
	for name, mutate := range mutants {
		run, err := newTrainer(onCPU(t), tiny, c, new(log))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(run.restore(from), mutate(run)); err != nil {
			t.Fatal(err)
		}
		if err := run.train(context.Background()); err == nil && sameResult(run.result(), want) {
			t.Errorf("%s was not restored, and nothing showed it", name)
			continue
		}
		passed++
	}
	t.Logf("passed %d of %d", passed, len(mutants))
}

// TestNonFiniteStatesAreNotSaved puts a NaN where no loss shows it: into a weight of
// pixels that are always black, and into what Adam keeps. An evaluation reports it;
// saving does not.
func TestNonFiniteStatesAreNotSaved(t *testing.T) {
	for _, test := range []struct {
		name   string
		tensor func(*trainer) nn.Param
	}{
		{"layers.0.weight", func(t *trainer) nn.Param { return t.net.Params()[0] }},
		{"layers.0.weight.adam_v", func(t *trainer) nn.Param { return t.net.State()[1] }},
	} {
		k := &keeper{due: func(int, bool) bool { return true }}
		run, err := newTrainer(onCPU(t), tiny, stateful(), new(log))
		if err != nil {
			t.Fatal(err)
		}
		run.saver = k
		if err := errors.Join(run.advance(1), run.save()); err != nil || len(k.states) != 1 {
			t.Fatalf("saved %v, %v", k.steps(), err)
		}
		p := test.tensor(run)
		values := make([]float32, p.Tensor.Len())
		values[0] = float32(math.NaN())
		run.step++ // to a state not saved yet
		var diverged *Divergence
		if err := errors.Join(backend.Upload(run.b, p.Tensor, values), run.save()); err != nil || len(k.states) != 1 {
			t.Errorf("%s: saved %v, %v", test.name, k.steps(), err)
		}
		if err := run.evaluate(); !errors.As(err, &diverged) || diverged.Tensor != test.name {
			t.Errorf("%s: the evaluation says %v", test.name, err)
		}
	}
}
