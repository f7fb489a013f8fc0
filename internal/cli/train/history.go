package train

import (
	"time"

	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
)

// historyInterval keeps a run that evaluates often from waiting for the disk each time.
const historyInterval = time.Second

// historyFile keeps history.csv up to date during a run, for those who watch it. It
// ignores write errors: the file is written again at the end, and then they are
// reported.
type historyFile struct {
	view
	dir        *run.Dir
	validation bool // the run has a validation set
	begun      bool // the run is about to take its first step, or did
	records    []train.Record
	written    time.Time
}

func (h *historyFile) Begin(p train.Plan) {
	h.begun = true
	h.view.Begin(p)
}

func (h *historyFile) Evaluated(r train.Record) {
	h.view.Evaluated(r)
	h.records = append(h.records, r)
	if time.Since(h.written) < historyInterval {
		return
	}
	h.dir.Write(run.HistoryFile, run.EncodeHistory(h.records, h.validation))
	h.written = time.Now()
}
