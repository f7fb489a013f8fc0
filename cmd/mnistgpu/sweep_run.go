package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"mnistgpu/internal/backend"
	faults "mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/sweep"
	"mnistgpu/internal/train"
)

// sweeper runs the trials of a sweep, several at once.
type sweeper struct {
	s      *sweepSettings
	folder *sweep.Folder
	data   *mnist.Dataset
	sum    string // of data
	view   *sweepView
	cuda   bool
}

// runTrials runs the unfinished trials of a shard. An error that is not a trial's
// result, such as a lost device, ends them all.
func (s *sweepSettings) runTrials(ctx context.Context, folder *sweep.Folder, shard sweep.Shard, data *mnist.Dataset) error {
	w := &sweeper{s: s, folder: folder, data: data}
	pending, err := w.pending(shard)
	if err != nil || len(pending) == 0 {
		return err
	}
	if w.cuda, err = s.onGPU(); err != nil {
		return err
	}
	if w.sum, err = data.SHA256(); err != nil {
		return err
	}
	defer w.view.finish()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	trials := make(chan int, len(pending))
	for _, i := range pending {
		trials <- i
	}
	close(trials)
	var workers sync.WaitGroup
	for worker := range min(w.width(), len(pending)) {
		workers.Go(func() {
			for i := range trials {
				if ctx.Err() != nil {
					return
				}
				if err := w.trial(ctx, i, worker); err != nil {
					cancel(err)
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

// pending lists the unfinished trials of the shard, and makes the view of all of them.
func (w *sweeper) pending(shard sweep.Shard) ([]int, error) {
	var pending []int
	costs := map[int]float64{}
	total := 0
	for i := range w.folder.Spec.Trials {
		if !shard.Has(i) {
			continue
		}
		total++
		r, err := w.folder.Load(i)
		if err != nil {
			return nil, err
		}
		if r != nil {
			discardStates(w.folder.Begun(i))
			continue
		}
		one, err := w.s.settings(w.folder.Spec.Trial(i))
		if err != nil {
			return nil, err
		}
		if costs[i], err = one.config.Flops(w.data); err != nil {
			return nil, err
		}
		pending = append(pending, i)
	}
	w.view = newSweepView(w.s.quiet, total, costs)
	return pending, nil
}

// onGPU reports whether --backend means a GPU on this machine.
func (s *sweepSettings) onGPU() (bool, error) {
	first := s.base
	first.gpu.Device = s.devices[0]
	b, err := openBackend(&first)
	if err != nil {
		return false, err
	}
	cuda := b.Name() == "cuda"
	return cuda, b.Close()
}

// width returns how many trials run at once.
func (w *sweeper) width() int {
	if w.cuda {
		return len(w.s.devices)
	}
	return w.s.jobs
}

// trial runs trial i on the CPU or on the worker's GPU.
func (w *sweeper) trial(ctx context.Context, i, worker int) error {
	one, err := w.s.settings(w.folder.Spec.Trial(i))
	if err != nil {
		return err
	}
	one.quiet, one.backend = true, "cpu"
	one.threads = max(1, runtime.GOMAXPROCS(0)/w.s.jobs)
	if w.cuda {
		one.backend, one.gpu.Device = "cuda", w.s.devices[worker]
	}
	b, err := openBackend(one)
	if err != nil {
		return err
	}
	err = w.train(ctx, b, one, i)
	return errors.Join(err, b.Close())
}

// train runs trial i, or what is left of it, and saves the result. A trial that was
// interrupted leaves its state.
func (w *sweeper) train(ctx context.Context, b backend.Backend, one *settings, i int) error {
	checked, done, err := one.verified(b)
	if err != nil {
		return err
	}
	view := &trialView{all: w.view, trial: i}
	states, from := openTrial(w.folder.Begun(i), one.saving, one.fingerprint(b, w.data, w.sum), view)
	defer states.release()
	result, err := train.Run(ctx, checked, w.data, one.config, view, from, states)
	if faults.Is(err, faults.BadState) {
		states.anew(err)
		result, err = train.Run(ctx, checked, w.data, one.config, view, nil, states)
	}
	err = errors.Join(err, done())
	states.wait()
	if faults.Is(err, faults.WrongNumber) {
		states.clear() // they may be wrong too
	}
	if result == nil {
		return fmt.Errorf("trial %d: %w", i, err)
	}
	if result.Stop == train.StopInterrupted {
		return nil
	}
	r := newTrialRecord(b, w.folder.Spec, w.folder.Spec.Trial(i), one.config.ValFraction > 0, result, err)
	if err := w.folder.Save(r); err != nil {
		return err
	}
	states.remove()
	w.view.finished(r)
	return nil
}

// newTrialRecord returns the record of a trial, with or without validation. The error
// can only be that the trial diverged.
func newTrialRecord(b backend.Backend, spec *sweep.Spec, t sweep.Trial, validated bool, result *train.Result, err error) *sweep.Record {
	r := &sweep.Record{
		Outcome: sweep.Outcome{Index: t.Index, Settings: t.Settings, Seed: t.Seed, Status: sweep.Done, Steps: result.Steps},
		Spec:    spec.Hash(), Backend: b.Name(), Device: b.Device(), Seconds: result.Seconds,
	}
	var diverged *train.Divergence
	if errors.As(err, &diverged) { // how soon it was noticed varies, so count up to its own step
		r.Status, r.Error, r.Steps = sweep.Diverged, err.Error(), diverged.Step
	}
	for i, h := range result.History {
		if i == result.Kept {
			r.Loss, r.TrainAccuracy, r.TestAccuracy = &h.Loss, &h.TrainAccuracy, &h.TestAccuracy
		}
		if i == result.Kept && validated {
			r.ValAccuracy = &h.ValAccuracy
		}
		if r.BestTestAccuracy == nil || h.TestAccuracy > *r.BestTestAccuracy {
			r.BestTestAccuracy, r.BestStep = &h.TestAccuracy, h.Step
		}
	}
	return r
}
