package serve

import (
	"errors"
	"io/fs"
	"math"
	"path/filepath"

	"mnistgpu/internal/run"
)

// runInfo is the response to GET /v1/run.
type runInfo struct {
	Name    string   `json:"name"`
	Status  string   `json:"status"` // done, interrupted, diverged, unfinished or stopped
	Data    string   `json:"data,omitempty"`
	Epochs  int      `json:"epochs,omitempty"`          // planned length, unless it is given in steps
	Steps   int      `json:"steps,omitempty"`           // planned length, unless it is given in epochs
	Nothing string   `json:"learned_nothing,omitempty"` // the figures that are no better than chance
	Updated int64    `json:"updated"`                   // when its files last changed, in Unix time
	History []record `json:"history"`
}

// record is a line of history.csv: the [columns] in which it has a number.
type record map[string]float64

// columns are the columns of the history that are sent.
var columns = []string{
	"step", "epoch", "loss", "train_accuracy", "test_loss", "test_accuracy", "val_loss", "val_accuracy", "seconds",
}

// maxRecords is the most lines of a history that are sent: more than a curve on a
// screen can show.
const maxRecords = 500

// readRun reads the files that a run has written to its folder so far. It is no error
// if some are not there yet. running says whether the run is still running; the caller
// must have checked that before, since a run writes its summary before it ends.
func readRun(dir string, running bool) (*runInfo, error) {
	r := &runInfo{Name: baseName(dir), Status: run.Unfinished, History: []record{}}
	config, err := run.ReadConfig(dir)
	if err == nil {
		r.Epochs, r.Steps = config.Epochs, config.Steps
		if !running {
			r.Status = run.Stopped
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	summary, err := run.ReadSummary(dir)
	if err == nil {
		r.Status, r.Data, r.Nothing = summary.Status, summary.Data, summary.LearnedNothing
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	history, err := run.ReadHistory(dir)
	if err == nil {
		r.History = records(history)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, name := range []string{run.ConfigFile, run.HistoryFile, run.SummaryFile} {
		if s := statOf(filepath.Join(dir, name)); !s.absent {
			r.Updated = max(r.Updated, s.modified.Unix())
		}
	}
	return r, nil
}

// records returns at most maxRecords lines of a history, evenly spaced, including the
// first and the last.
func records(h *run.History) []record {
	list := make([]record, min(h.Len, maxRecords))
	for i := range list {
		line := i
		if h.Len > maxRecords {
			line = i * (h.Len - 1) / (maxRecords - 1)
		}
		list[i] = record{}
		for _, name := range columns {
			if column := h.Column(name); column != nil && !math.IsNaN(column[line]) {
				list[i][name] = column[line]
			}
		}
	}
	return list
}
