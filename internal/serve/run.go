package serve

import (
	"errors"
	"io/fs"
	"math"
	"path/filepath"

	"mnistgpu/internal/runs"
)

// runInfo is what GET /v1/run answers.
type runInfo struct {
	Name    string   `json:"name"`
	Status  string   `json:"status"` // done, interrupted or diverged, or else unfinished or stopped
	Data    string   `json:"data,omitempty"`
	Epochs  int      `json:"epochs,omitempty"` // that it is to take, if it does not count steps
	Steps   int      `json:"steps,omitempty"`  // that it is to take, if it does not count epochs
	Updated int64    `json:"updated"`          // when it last said something, in Unix time
	History []record `json:"history"`
}

// record is a line of history.csv: the numbers of [columns] that there are.
type record map[string]float64

// columns are those of the history that are told.
var columns = []string{
	"step", "epoch", "loss", "train_accuracy", "test_loss", "test_accuracy", "val_loss", "val_accuracy", "seconds",
}

// maxRecords is how many lines of a history are told: more than a curve on a
// screen can show.
const maxRecords = 500

// readRun reads what a run has left in its folder so far. Files that are not there yet
// are no error. The caller must have looked before whether the run goes on, since one
// that ends leaves its summary first.
func readRun(dir string, goesOn bool) (*runInfo, error) {
	r := &runInfo{Name: baseName(dir), Status: runs.Unfinished, History: []record{}}
	config, err := runs.ReadConfig(dir)
	if err == nil {
		r.Epochs, r.Steps = config.Epochs, config.Steps
		if !goesOn {
			r.Status = "stopped"
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	summary, err := runs.ReadSummary(dir)
	if err == nil {
		r.Status, r.Data = summary.Status, summary.Data
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	history, err := runs.ReadHistory(dir)
	if err == nil {
		r.History = records(history)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, name := range []string{runs.ConfigFile, runs.HistoryFile, runs.SummaryFile} {
		if s := stampOf(filepath.Join(dir, name)); !s.absent {
			r.Updated = max(r.Updated, s.modified.Unix())
		}
	}
	return r, nil
}

// records are at most maxRecords lines of a history, which lie evenly, with the
// first and the last.
func records(h *runs.History) []record {
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
