//go:build cuda && linux

package gpu

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"mnistgpu/gpu/sim"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/nn"
	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
	"mnistgpu/internal/train/traintest"
)

// A savedRun saves each of its few steps in a folder.
type savedRun struct {
	data   *mnist.Dataset
	config train.Config
	good   map[int][]byte // checkpoints of the run without a fault, by steps done
}

// keeper is a Saver that writes checkpoints.
type keeper struct {
	dir  string
	step int // of the last checkpoint
	errs error
}

func (k *keeper) Due(int, bool) bool { return true }

func (k *keeper) Every() int { return 1 }

func (k *keeper) Save(s *train.State) {
	if _, err := run.SaveState(k.dir, nil, s, 2); err != nil {
		k.errs = errors.Join(k.errs, err)
		return
	}
	k.step = s.Step
}

// newSavedRun runs without a fault, and returns how many calls that takes, and the
// checkpoint that other runs continue from.
func newSavedRun(t *testing.T) (r *savedRun, calls int, middle *train.State) {
	t.Helper()
	c := train.Preset("default")
	c.Hidden, c.Batch, c.Epochs, c.Steps, c.EvalEvery, c.Optimizer = []int{4}, 16, 0, 6, 3, nn.Momentum
	r = &savedRun{mnist.Synthetic(40, 20, 1), c, map[int][]byte{}}
	device := simulate(t)
	shelf := states{}
	b, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := train.Run(context.Background(), b, r.data, c, traintest.Silent{}, nil, shelf); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	for step, s := range shelf {
		r.good[step] = traintest.Timeless(s)
	}
	return r, device.Calls(), shelf[c.Steps/2]
}

// states is a Saver that keeps the states by their steps.
type states map[int]*train.State

func (s states) Due(int, bool) bool { return true }

func (s states) Every() int { return 1 }

func (s states) Save(state *train.State) { s[state.Step] = state }

// run continues from a state, or starts a new run if that is nil, saves in a folder,
// and closes the device.
func (r *savedRun) run(from *train.State, k *keeper) error {
	b, err := Open(Options{})
	if err != nil {
		return err
	}
	_, err = train.Run(context.Background(), b, r.data, r.config, traintest.Silent{}, from, k)
	return errors.Join(err, b.Close(), k.errs)
}

// TestFaultsOfSavedRuns has calls fail in runs that save each step, in new runs and in
// continued ones. After each fault the newest checkpoint in the folder must be that of
// the last saved step, the same as in a good run, and the run must continue from it to
// the same end. With MNISTGPU_LONG each call fails, otherwise every 61st, each time
// from another one on.
func TestFaultsOfSavedRuns(t *testing.T) {
	r, calls, middle := newSavedRun(t)
	stride := 61
	if os.Getenv("MNISTGPU_LONG") != "" {
		stride = 1
	}
	passed, faults, variant := 0, 0, 0
	for _, code := range []int{2, 46, 700, 719, 999} {
		for _, always := range []bool{false, true} {
			for _, later := range []bool{false, true} {
				for _, from := range []*train.State{nil, middle} {
					variant++
					// A subtest returns the memory of its devices, of which there are two a call.
					name := fmt.Sprintf("%d always=%t later=%t resumed=%t", code, always, later, from != nil)
					t.Run(name, func(t *testing.T) {
						for call := 1 + variant%stride; call <= calls; call += stride {
							faults++
							if err := r.fault(t, sim.Fault{Call: call, Code: code, Always: always, Later: later}, from); err != nil {
								t.Errorf("call %d: %v", call, err)
								continue
							}
							passed++
						}
					})
				}
			}
		}
	}
	t.Logf("passed %d of %d", passed, faults)
}

// fault returns what is wrong after a fault.
func (r *savedRun) fault(t *testing.T, f sim.Fault, from *train.State) error {
	dir, err := os.MkdirTemp("", "saved-run")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	k := &keeper{dir: dir}
	if from != nil {
		k.Save(from)
	}
	device := simulate(t)
	device.Fail(f)
	failed := r.run(from, k)
	if n, function := device.CallsAfterLoss(); n > 0 {
		return fmt.Errorf("%d calls, the first of %s, after %w", n, function, failed)
	}
	saved, err := run.LoadState(dir)
	switch {
	case err != nil:
		return err
	case saved == nil && k.step == 0:
		return nil // nothing had been saved yet
	case saved == nil || saved.State.Step != k.step || len(saved.Skipped) > 0:
		return fmt.Errorf("step %d was saved, found %+v, after %w", k.step, saved, failed)
	case !bytes.Equal(traintest.Timeless(saved.State), r.good[k.step]):
		return fmt.Errorf("the state after step %d is another than that of a good run, after %w", k.step, failed)
	case failed == nil && k.step == r.config.Steps:
		return nil
	}
	simulate(t)
	if err := r.run(saved.State, k); err != nil {
		return err
	}
	if saved, err = run.LoadState(dir); err != nil || !bytes.Equal(traintest.Timeless(saved.State), r.good[r.config.Steps]) {
		return fmt.Errorf("it went on to another end (%v), after %w", err, failed)
	}
	return nil
}
