package main

import (
	"time"

	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
)

// historyInterval keeps a run that evaluates often from waiting for the disk
// each time.
const historyInterval = time.Second

// historyFile keeps history.csv up to date during a run, for those who watch it. It
// ignores write errors: save writes the file again at the end, and reports them.
type historyFile struct {
	progressView
	dir        *run.Dir
	validation bool // the run has a validation set
	begun      bool // the run is about to take its first step, or did
	records    []train.Record
	written    time.Time
}

func (h *historyFile) Begin(p train.Plan) {
	h.begun = true
	h.progressView.Begin(p)
}

func (h *historyFile) Evaluated(r train.Record) {
	h.progressView.Evaluated(r)
	h.records = append(h.records, r)
	if time.Since(h.written) < historyInterval {
		return
	}
	h.dir.Write(run.HistoryFile, run.EncodeHistory(h.records, h.validation))
	h.written = time.Now()
}
