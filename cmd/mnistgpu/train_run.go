package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mnistgpu/gpu"
	"mnistgpu/internal/backend"
	faults "mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
)

// trainRun is a run with all it needs.
type trainRun struct {
	s           *settings
	b           backend.Backend
	data        *mnist.Dataset
	fingerprint map[string]string
	place
}

// enter takes the folder for the run: that of an existing run, if at is not nil, or
// else a new one.
func (r *trainRun) enter(at *place) error {
	if at == nil {
		dir, err := newRunDir(r.s, r.b, r.data, r.data.Name, run.ConfigFile)
		if err != nil {
			return err
		}
		r.dir = dir
		return lock(dir)
	}
	r.place = *at
	begun, err := r.begun()
	if err != nil {
		return err
	}
	if begun != nil {
		return r.sameAs(begun)
	}
	if err := r.startsAgain(); err != nil {
		return err
	}
	return writeConfig(r.s, r.b, r.data, r.dir, run.ConfigFile)
}

// begun returns the fingerprint that the run was started with, or nil if it has yet to
// start. If the run ended before it saved a state, the settings come from its
// config.toml, which says nothing about the content of the data.
func (r *trainRun) begun() (map[string]string, error) {
	switch {
	case r.saved != nil:
		return r.saved.Settings, nil
	case r.ended != nil:
		s, err := readSettings(r.dir.Path)
		if err != nil {
			return nil, err
		}
		return s.fingerprint(r.b, r.data, r.fingerprint["data"]), nil
	}
	return nil, nil
}

// sameAs returns an error unless the run has the fingerprint begun. The error gives the
// names of the data with their checksums, as far as these are known.
func (r *trainRun) sameAs(begun map[string]string) error {
	now := r.fingerprint
	if begun["data"] != now["data"] {
		was, err := dataOf(r.dir.Path)
		if err != nil {
			return err
		}
		is, err := r.s.dataSetting(r.data)
		if err != nil {
			return err
		}
		begun, now = nameData(begun, was), nameData(now, is)
	}
	return r.same(begun, now)
}

// same is sameRun, with a clearer error if the engine differs because of
// --verify-every.
func (r *trainRun) same(begun, now map[string]string) error {
	engine, ops := begun["engine"], gpu.Ops.String()
	if r.s.verify > 0 && now["engine"] == ops && engine != ops && engine != "" {
		return cannotVerify(r.dir.Path, engine)
	}
	return sameRun(r.dir.Path, begun, now)
}

// startsAgain returns an error unless the run may start in a folder that has no state.
// If a run was started there, it must be this one, as far as its settings tell. The
// user is told that it starts from its first step.
func (r *trainRun) startsAgain() error {
	if err := r.canStart(); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(r.dir.Path, run.ConfigFile)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	begun, err := readSettings(r.dir.Path)
	if err != nil {
		return err
	}
	now, err := r.s.found(r.b, r.data)
	if err != nil {
		return err
	}
	was := resultSettings(begun.list(noComment))
	if err := r.same(was, resultSettings(now)); err != nil {
		return err
	}
	if !r.s.quiet {
		fmt.Fprintf(os.Stderr, "%s saved no state: it starts over from its first step\n", r.dir.Path)
	}
	return nil
}

// run takes the remaining steps and saves the results.
func (r *trainRun) run(ctx context.Context) error {
	view := newProgressView(r.s.quiet)
	if r.s.preset == "notebook" {
		view = notebook{view, os.Stdout, r.s.config.ValFraction > 0}
	}
	file := &historyFile{progressView: view, dir: r.dir, validation: r.s.config.ValFraction > 0}
	defer func() {
		if !file.begun {
			r.dir.Discard()
		}
	}()
	keeper := &saver{dir: r.dir, settings: r.fingerprint, every: r.s.saving.every, keep: r.s.saving.keep, view: view, begun: time.Now()}
	from, err := r.from(file, keeper)
	if err != nil {
		return err
	}
	b, done, err := r.s.verified(r.b)
	if err != nil {
		return err
	}
	result, err := train.Run(ctx, b, r.data, r.s.config, file, from, keeper)
	err = errors.Join(err, done())
	view.finish()
	unsaved := keeper.finish()
	if result == nil {
		return r.fault(err, keeper.newest)
	}
	if result.Stop == train.StopInterrupted {
		err = context.Cause(ctx)
	} else if err == nil {
		err = missedTarget(r.s.config, result)
	}
	summary := newSummary(r.s, r.b, r.data, r.dir, result, err)
	summary.Saves, summary.SaveSeconds = keeper.saves, keeper.spent.Seconds()
	return r.conclude(summary, result, err, unsaved)
}

// from returns the state to resume from, or nil, and makes file and keeper continue
// from it. It removes the summary that an interruption left, which is no longer true.
func (r *trainRun) from(file *historyFile, keeper *saver) (*train.State, error) {
	if r.saved == nil {
		return nil, nil
	}
	if other := otherMachine(r.saved.Settings, r.fingerprint); other != "" {
		warn("the bits may differ from those of an uninterrupted run: %s", other)
	}
	if !r.s.quiet {
		fmt.Fprintf(os.Stderr, "resuming from %s\n", r.saved.Path)
	}
	file.records, keeper.newest = r.saved.State.History, r.saved.Path
	summary := filepath.Join(r.dir.Path, run.SummaryFile)
	if err := os.Remove(summary); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, faults.Writing(summary, err)
	}
	return r.saved.State, nil
}

// leftBehind adds the newest saved state to err. After a wrong number, it does not call
// that state good, since it was saved before the number was found and may be wrong too.
func (r *trainRun) leftBehind(err error, newest string) error {
	f := &failure{code: exitCode(err), hint: hint(err)}
	if faults.Is(err, faults.WrongNumber) {
		f.err = fmt.Errorf("%w; the last saved state is %s", err, newest)
		return f
	}
	f.err = fmt.Errorf("%w; the last good state is %s", err, newest)
	goesOn := fmt.Sprintf("mnistgpu resume %s continues from there", shellWord(r.dir.Path))
	f.hint = strings.TrimPrefix(f.hint+"; "+goesOn, "; ")
	return f
}

// fault returns the error of a run that ended without a result. It names the newest
// state, which is either still good or the cause of the error.
func (r *trainRun) fault(err error, newest string) error {
	switch {
	case faults.Is(err, faults.BadState):
		return faults.In(newest, err)
	case newest != "":
		return r.leftBehind(err, newest)
	}
	return err
}

// conclude saves and prints the result of the run: err is the error that the run ended
// with, and unsaved that of its last save. An interruption counts as one only if
// nothing was lost.
func (r *trainRun) conclude(summary *run.Summary, result *train.Result, err, unsaved error) error {
	lost := save(r.dir, summary, result, r.s)
	interrupted := result.Stop == train.StopInterrupted
	if interrupted && cmp.Or(lost, unsaved) != nil {
		err = nil
	}
	if lost != nil {
		return errors.Join(lost, err)
	}
	if r.s.gpu.Trace != nil {
		err = errors.Join(err, r.s.gpu.Trace.Print(os.Stderr))
	}
	err = errors.Join(unsaved, printSummary(os.Stdout, summary, r.s.config.Stopping, r.s.json), err)
	if interrupted && unsaved == nil {
		fmt.Fprintf(os.Stderr, "mnistgpu resume %s continues from here\n", shellWord(r.dir.Path))
	}
	if r.s.report {
		err = errors.Join(err, closeWithReport(r.dir.Path, r.b, r.data))
	}
	return err
}
