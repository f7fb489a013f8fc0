package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
)

// trialSaver saves the states of a trial in a folder of its own until there is a
// result.
type trialSaver struct {
	*saver
	view   *trialView
	unlock func() error // unlocks the folder; nil if it could not be taken, and no state is saved
}

// openTrial locks the folder of a trial, and returns the state to resume from, or nil.
// If another process is at the same trial, or the folder cannot be written, no states
// are saved. A state with other settings, or of another program or machine, is not
// used: the result of a sweep does not depend on where it was stopped.
func openTrial(dir *run.Dir, s saving, settings map[string]string, view *trialView) (*trialSaver, *train.State) {
	t := &trialSaver{
		saver: &saver{dir: dir, settings: settings, every: s.every, keep: s.keep, view: view, begun: time.Now()},
		view:  view,
	}
	err := os.MkdirAll(dir.Path, 0o777)
	if err == nil {
		t.unlock, err = dir.Lock()
	}
	if err != nil {
		view.all.unsaved(err)
		return t, nil
	}
	state, err := t.load()
	if err != nil {
		t.anew(err)
	} else if state != nil {
		view.all.goesOn(view.trial, state.Step)
	}
	return t, state
}

// load returns the trial's newest state, or nil if there is none. The error says why
// the trial cannot be resumed from the saved states.
func (t *trialSaver) load() (*train.State, error) {
	saved, err := run.LoadState(t.dir.Path)
	if err != nil || saved == nil {
		return nil, err
	}
	for _, fault := range saved.Skipped {
		t.warn(fault)
	}
	if others := differences(saved.Settings, t.settings); others != nil {
		return nil, errors.New(strings.Join(others, "; "))
	}
	return saved.State, nil
}

// anew discards the saved states, and warns why.
func (t *trialSaver) anew(err error) {
	t.warn(fmt.Errorf("trial %d starts over: %w", t.view.trial, err))
	t.clear()
}

// warn clears the view's bar and prints a warning.
func (t *trialSaver) warn(err error) {
	t.view.finish()
	warn("%v", err)
}

// clear removes all states.
func (t *trialSaver) clear() {
	entries, _ := os.ReadDir(t.dir.Path)
	for _, name := range visible(entries) {
		os.Remove(filepath.Join(t.dir.Path, name))
	}
}

// Due implements [train.Saver].
func (t *trialSaver) Due(steps int, epoch bool) bool {
	return t.unlock != nil && t.saver.Due(steps, epoch)
}

// Save implements [train.Saver]. It skips the state after the last step, since a result
// will follow.
func (t *trialSaver) Save(state *train.State) {
	if t.unlock != nil && state.Step < t.view.steps {
		t.saver.Save(state)
	}
}

// remove deletes the states, once there is a result.
func (t *trialSaver) remove() {
	if t.unlock != nil {
		t.release()
		os.RemoveAll(t.dir.Path)
	}
}

// discardStates deletes the states of a trial whose process was killed after it had
// saved the result.
func discardStates(dir *run.Dir) {
	if unlock, err := dir.Lock(); err == nil {
		unlock()
		os.RemoveAll(dir.Path)
	}
}

// release unlocks the folder.
func (t *trialSaver) release() {
	if t.unlock != nil {
		t.unlock()
		t.unlock = nil
	}
}
