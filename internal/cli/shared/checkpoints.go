package shared

import (
	"time"

	"mnistgpu/internal/run"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

// Checkpoints saves the states of a run in its folder. It writes one at a time, while
// the training continues. It warns about a save that fails, and tries again with the
// next one.
type Checkpoints struct {
	Newest string        // path of the newest checkpoint, or ""
	Saves  int           // states saved, including those deleted since
	Spent  time.Duration // time that these saves took

	io          *ui.IO
	clearBar    func() // called before a warning is printed
	dir         *run.Dir
	fingerprint settings.Fingerprint
	every       settings.Interval
	keep        int

	writing chan saved // receives the outcome of the save under way; nil if there is none
	begun   time.Time  // when the last save started, or else the run
	last    saved      // that ended
}

// NewCheckpoints returns the checkpoints of a run that is about to start, as its settings
// say. It calls clearBar before it prints a warning.
func NewCheckpoints(o *ui.IO, clearBar func(), dir *run.Dir, f settings.Fingerprint, v *settings.Values) *Checkpoints {
	return &Checkpoints{
		io: o, clearBar: clearBar, dir: dir, fingerprint: f, every: v.SaveEvery, keep: v.Keep, begun: time.Now(),
	}
}

// saved is the outcome of a save.
type saved struct {
	step int
	path string // of the checkpoint
	took time.Duration
	err  error
}

// apart is the least time from the start of one save to the next at the end of an epoch,
// as a multiple of the time that the last save took. Saving thus costs at most 1 % of the
// time, however short the epochs are and however slow the disk is.
const apart = 100

// Due implements [train.Saver].
func (c *Checkpoints) Due(steps int, epoch bool) bool {
	select {
	case s := <-c.writing:
		c.ended(s)
	default:
	}
	since := time.Since(c.begun)
	switch {
	case c.every.Steps > 0:
		return steps%c.every.Steps == 0
	case c.writing != nil:
		return false
	case c.every.Time > 0:
		return since >= c.every.Time
	}
	return epoch && since >= apart*c.last.took
}

// Every implements [train.Saver].
func (c *Checkpoints) Every() int { return c.every.Steps }

// Save implements [train.Saver]. It waits for the previous save to end, but not for its
// own.
func (c *Checkpoints) Save(state *train.State) {
	c.Wait()
	c.begun = time.Now()
	c.writing = make(chan saved, 1)
	go func(done chan<- saved, begun time.Time) {
		path, err := run.SaveState(c.dir.Path, c.fingerprint, state, c.keep)
		done <- saved{state.Step, path, time.Since(begun), err}
	}(c.writing, c.begun)
}

// Wait waits for the save under way, if there is one.
func (c *Checkpoints) Wait() {
	if c.writing != nil {
		c.ended(<-c.writing)
	}
}

// ended records the outcome of a save, and warns if it failed and the one before did not.
func (c *Checkpoints) ended(s saved) {
	c.writing = nil
	if s.err != nil && c.last.err == nil {
		c.clearBar()
		c.io.Warnf("the run continues, but its state after step %d is not saved: %v", s.step, s.err)
	}
	c.last = s
	if s.err == nil {
		c.Newest = s.path
		c.Saves++
		c.Spent += s.took
	}
}

// Finish waits for the last save to end and returns its error.
func (c *Checkpoints) Finish() error {
	c.Wait()
	return c.last.err
}
