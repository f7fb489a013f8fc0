package main

import (
	"time"

	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
)

// saver saves the states of a run in its folder. It writes one at a time, while the
// training continues. It warns about a save that fails, and tries again with the next
// one.
type saver struct {
	dir      *run.Dir
	settings map[string]string // see fingerprint
	every    saveEvery
	keep     int
	view     progressView

	writing chan outcome // receives the outcome of the save under way; nil if there is none
	begun   time.Time    // when the last save started, or else the run
	last    outcome      // of the last save that ended
	newest  string       // path of the newest checkpoint, or ""

	saves int           // states saved, including those deleted since
	spent time.Duration // time that these saves took
}

// outcome is the result of a save.
type outcome struct {
	step int
	path string // of the checkpoint
	took time.Duration
	err  error
}

// apart is the least time from the start of one save to the next at the end of an
// epoch, as a multiple of the time that the last save took. Saving thus costs at most
// 1 % of the time, however short the epochs are and however slow the disk is.
const apart = 100

// Due implements [train.Saver].
func (s *saver) Due(steps int, epoch bool) bool {
	select {
	case o := <-s.writing:
		s.ended(o)
	default:
	}
	since := time.Since(s.begun)
	switch {
	case s.every.steps > 0:
		return steps%s.every.steps == 0
	case s.writing != nil:
		return false
	case s.every.interval > 0:
		return since >= s.every.interval
	}
	return epoch && since >= apart*s.last.took
}

// Pace implements [train.Saver].
func (s *saver) Pace() int { return s.every.steps }

// Save implements [train.Saver]. It waits for the previous save to end, but not for its
// own.
func (s *saver) Save(state *train.State) {
	s.wait()
	s.begun = time.Now()
	s.writing = make(chan outcome, 1)
	go func(done chan<- outcome, begun time.Time) {
		path, err := run.SaveState(s.dir.Path, s.settings, state, s.keep)
		done <- outcome{state.Step, path, time.Since(begun), err}
	}(s.writing, s.begun)
}

// wait waits for the save under way, if there is one.
func (s *saver) wait() {
	if s.writing != nil {
		s.ended(<-s.writing)
	}
}

// ended records the outcome of a save, and warns if it failed and the one before did
// not.
func (s *saver) ended(o outcome) {
	s.writing = nil
	if o.err != nil && s.last.err == nil {
		s.view.finish()
		warn("the run continues, but its state after step %d is not saved: %v", o.step, o.err)
	}
	s.last = o
	if o.err == nil {
		s.newest = o.path
		s.saves++
		s.spent += o.took
	}
}

// finish waits for the last save to end and returns its error.
func (s *saver) finish() error {
	s.wait()
	return s.last.err
}
