package sweep

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/run"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

// states saves the states of a trial in a folder of its own until there is a result.
type states struct {
	*shared.Checkpoints
	dir    *run.Dir
	view   *trialView
	unlock func() error // unlocks the folder; nil if it could not be locked, and no state is saved
}

// openStates locks the folder of a trial, and returns the state to resume from, or nil.
// If another process is at the same trial, or the folder cannot be written, no states
// are saved. A state with other settings, or of another program or machine, is not used:
// the result of a sweep does not depend on where it was stopped.
func openStates(dir *run.Dir, v *settings.Values, f settings.Fingerprint, view *trialView) (*states, *train.State) {
	s := &states{Checkpoints: shared.NewCheckpoints(view.all.io, view.all.clear, dir, f, v), dir: dir, view: view}
	err := os.MkdirAll(dir.Path, 0o777)
	if err == nil {
		s.unlock, err = dir.Lock()
	}
	if err != nil {
		view.all.unsaved(err)
		return s, nil
	}
	state, err := s.load(f)
	if err != nil {
		s.startOver(err)
	} else if state != nil {
		view.all.notef("trial %d resumes after step %s", view.trial, ui.Thousands(state.Step))
	}
	return s, state
}

// load returns the trial's newest state, or nil if there is none. The error says why the
// trial, which has the fingerprint f, cannot be resumed from the saved states.
func (s *states) load(f settings.Fingerprint) (*train.State, error) {
	saved, err := run.LoadState(s.dir.Path)
	if err != nil || saved == nil {
		return nil, err
	}
	for _, err := range saved.Skipped {
		s.view.all.warnf("%v", err)
	}
	if others := settings.Fingerprint(saved.Settings).Changes(f); others != nil {
		return nil, errors.New(strings.Join(others, "; "))
	}
	return saved.State, nil
}

// startOver discards the saved states, and warns why.
func (s *states) startOver(err error) {
	s.view.all.warnf("trial %d starts over: %v", s.view.trial, err)
	s.clear()
}

// clear removes all states, but not the lock.
func (s *states) clear() {
	entries, _ := os.ReadDir(s.dir.Path)
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			os.Remove(filepath.Join(s.dir.Path, e.Name()))
		}
	}
}

// Due implements [train.Saver].
func (s *states) Due(steps int, epoch bool) bool {
	return s.unlock != nil && s.Checkpoints.Due(steps, epoch)
}

// Save implements [train.Saver]. It skips the state after the last step, since a result
// will follow.
func (s *states) Save(state *train.State) {
	if s.unlock != nil && state.Step < s.view.steps {
		s.Checkpoints.Save(state)
	}
}

// remove deletes the states, once there is a result.
func (s *states) remove() {
	if s.unlock != nil {
		s.release()
		os.RemoveAll(s.dir.Path)
	}
}

// release unlocks the folder.
func (s *states) release() {
	if s.unlock != nil {
		s.unlock()
		s.unlock = nil
	}
}

// discardStates deletes the states of a trial whose process was killed after it had saved
// the result.
func discardStates(dir *run.Dir) {
	if unlock, err := dir.Lock(); err == nil {
		unlock()
		os.RemoveAll(dir.Path)
	}
}
