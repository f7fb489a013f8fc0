package run

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"mnistgpu/internal/fault"
)

// Entry is a run in a list of runs.
type Entry struct {
	Dir     string    `json:"run_dir"`
	Started time.Time `json:"started"`
	Status  string    `json:"status"` // the status of the summary, or Unfinished or Stopped
	Preset  string    `json:"preset"`
	Data    string    `json:"data"`
	Backend string    `json:"backend"`
	Hidden  []int     `json:"hidden"`
	Best    *float64  `json:"best_test_accuracy"` // fraction of 1, nil without an evaluation
	Seconds float64   `json:"seconds"`

	LearnedNothing bool `json:"learned_nothing,omitempty"`
}

// List returns the runs in the folder parent, newest first, and the errors of those
// that cannot be read. A folder without a config.toml is not a run. The error err is
// of the kind fault.BadData about parent itself.
func List(parent string) (entries []Entry, broken []error, err error) {
	folders, err := os.ReadDir(parent)
	if err != nil {
		return nil, nil, fault.In(parent, err)
	}
	for _, folder := range folders {
		dir := filepath.Join(parent, folder.Name())
		config, err := os.Stat(filepath.Join(dir, ConfigFile))
		if err != nil {
			continue
		}
		e, err := readEntry(dir)
		if err != nil {
			broken = append(broken, err)
			continue
		}
		e.Started = config.ModTime()
		entries = append(entries, e)
	}
	slices.SortStableFunc(entries, func(a, b Entry) int {
		return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(b.Dir, a.Dir))
	})
	return entries, broken, nil
}

// readEntry reads an entry except its start time. A run that is still running, or was
// killed, has a config.toml and perhaps a history. Whether it is running is checked
// first, since a run writes its summary before it ends.
func readEntry(dir string) (Entry, error) {
	e := Entry{Dir: dir, Status: Stopped}
	if InUse(dir) {
		e.Status = Unfinished
	}
	s, err := ReadSummary(dir)
	if errors.Is(err, fs.ErrNotExist) {
		var c *Config
		if c, err = ReadConfig(dir); err == nil {
			e.Preset, e.Data, e.Backend, e.Hidden = c.Preset, c.Data, c.Backend, c.Hidden
		}
	} else if err == nil {
		e.Status, e.Preset, e.Data, e.Backend = s.Status, s.Preset, s.Data, s.Backend
		e.Hidden, e.Seconds, e.LearnedNothing = s.Hidden, s.Seconds, s.LearnedNothing != ""
	}
	if err != nil {
		return e, err
	}
	h, err := ReadHistory(dir)
	if s == nil && errors.Is(err, fs.ErrNotExist) {
		return e, nil
	}
	if err != nil {
		return e, err
	}
	if best, ok := h.Best(); ok {
		e.Best = &best
		e.Seconds = max(e.Seconds, h.Column("seconds")[h.Len-1])
	}
	return e, nil
}
