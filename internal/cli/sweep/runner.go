package sweep

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/sweep"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

// runner runs the trials of a sweep, several at once.
type runner struct {
	io      *ui.IO
	search  *search
	shard   sweep.Shard
	jobs    int   // trials at once on the CPU
	devices []int // GPUs, one trial at a time on each
	folder  *sweep.Folder
	data    *mnist.Dataset
	sum     string // of data
	view    *view
	cuda    bool // the trials run on GPUs
}

// run runs the unfinished trials of the shard on the backend that the settings v ask
// for. An error that is not a trial's result, such as a lost device, ends them all.
func (r *runner) run(ctx context.Context, v *settings.Values) error {
	pending, err := r.pending()
	if err != nil || len(pending) == 0 {
		return err
	}
	if r.cuda, err = r.onGPU(v); err != nil {
		return err
	}
	if r.sum, err = r.data.SHA256(); err != nil {
		return err
	}
	defer r.view.clear()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	trials := make(chan int, len(pending))
	for _, i := range pending {
		trials <- i
	}
	close(trials)
	var workers sync.WaitGroup
	for worker := range min(r.width(), len(pending)) {
		workers.Go(func() {
			for i := range trials {
				if ctx.Err() != nil {
					return
				}
				if err := r.trial(ctx, i, worker); err != nil {
					cancel(err)
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

// pending lists the unfinished trials of the shard, and makes the view of all of them.
func (r *runner) pending() ([]int, error) {
	var pending []int
	costs := map[int]float64{}
	total := 0
	for i := range r.folder.Spec.Trials {
		if !r.shard.Has(i) {
			continue
		}
		total++
		record, err := r.folder.Load(i)
		if err != nil {
			return nil, err
		}
		if record != nil {
			discardStates(r.folder.Begun(i))
			continue
		}
		v, err := r.search.trial(r.folder.Spec.Trial(i))
		if err != nil {
			return nil, err
		}
		if costs[i], err = v.Train.Flops(r.data); err != nil {
			return nil, err
		}
		pending = append(pending, i)
	}
	r.view = newView(r.io, total, costs)
	return pending, nil
}

// onGPU reports whether the backend of the settings is a GPU on this machine.
func (r *runner) onGPU(v *settings.Values) (bool, error) {
	b, err := shared.OpenBackend(r.io, v)
	if err != nil {
		return false, err
	}
	cuda := b.Name() == "cuda"
	return cuda, b.Close()
}

// width returns how many trials run at once.
func (r *runner) width() int {
	if r.cuda {
		return len(r.devices)
	}
	return r.jobs
}

// trial runs trial i on the CPU or on the worker's GPU.
func (r *runner) trial(ctx context.Context, i, worker int) error {
	v, err := r.search.trial(r.folder.Spec.Trial(i))
	if err != nil {
		return err
	}
	v.Backend = "cpu"
	v.Threads = max(1, runtime.GOMAXPROCS(0)/r.jobs)
	if r.cuda {
		v.Backend, v.GPU.Device = "cuda", r.devices[worker]
	}
	b, err := shared.OpenBackend(r.io, v)
	if err != nil {
		return err
	}
	err = r.train(ctx, b, v, i)
	return errors.Join(err, b.Close())
}

// train runs trial i, or what is left of it, and saves the result. A trial that was
// interrupted leaves its state.
func (r *runner) train(ctx context.Context, b backend.Backend, v *settings.Values, i int) error {
	checked, done, err := shared.Verified(b, v)
	if err != nil {
		return err
	}
	view := &trialView{all: r.view, trial: i}
	states, from := openStates(r.folder.Begun(i), v, shared.Fingerprint(v, b, r.data, r.sum), view)
	defer states.release()
	result, err := train.Run(ctx, checked, r.data, v.Train, view, from, states)
	if fault.Is(err, fault.BadState) {
		states.startOver(err)
		result, err = train.Run(ctx, checked, r.data, v.Train, view, nil, states)
	}
	err = errors.Join(err, done())
	states.Wait()
	if fault.Is(err, fault.WrongNumber) {
		states.clear() // they may be wrong too
	}
	if result == nil {
		return fmt.Errorf("trial %d: %w", i, err)
	}
	if result.Stop == train.StopInterrupted {
		return nil
	}
	record := r.newRecord(b, v, i, result, err)
	if err := r.folder.Save(record); err != nil {
		return err
	}
	states.remove()
	r.view.finished(record)
	return nil
}

// newRecord returns the record of trial i. The error can only be that it diverged.
func (r *runner) newRecord(b backend.Backend, v *settings.Values, i int, result *train.Result, err error) *sweep.Record {
	t := r.folder.Spec.Trial(i)
	record := &sweep.Record{
		Outcome: sweep.Outcome{Index: i, Settings: t.Settings, Seed: t.Seed, Status: sweep.Done, Steps: result.Steps},
		Spec:    r.folder.Spec.Hash(), Backend: b.Name(), Device: b.Device(), Seconds: result.Seconds,
	}
	var diverged *train.Divergence
	if errors.As(err, &diverged) { // how soon it was noticed varies, so count up to its own step
		record.Status, record.Error, record.Steps = sweep.Diverged, err.Error(), diverged.Step
	}
	for k, h := range result.History {
		if k == result.Kept {
			record.Loss, record.TrainAccuracy, record.TestAccuracy = &h.Loss, &h.TrainAccuracy, &h.TestAccuracy
		}
		if k == result.Kept && v.Train.ValFraction > 0 {
			record.ValAccuracy = &h.ValAccuracy
		}
		if record.BestTestAccuracy == nil || h.TestAccuracy > *record.BestTestAccuracy {
			record.BestTestAccuracy, record.BestStep = &h.TestAccuracy, h.Step
		}
	}
	return record
}
