package serve

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/model"
	"mnistgpu/internal/run"
)

// stamp tells versions of a file apart. The zero stamp means a file that was
// never checked.
type stamp struct {
	absent   bool
	size     int64
	modified time.Time
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{absent: true}
	}
	return stamp{size: info.Size(), modified: info.ModTime()}
}

// watcher follows the files of a run.
type watcher struct {
	server                  *Server
	model, history, summary stamp // of what was read last
	goesOn                  bool  // whether the run was still running then
}

// watch checks for changes until ctx is done. Only a fault of the backend is an
// error: files that cannot be read are reported to the log.
func (w *watcher) watch(ctx context.Context) error {
	ticks := time.NewTicker(w.server.options.Limits.Poll)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
		w.lookAtRun()
		err := w.lookAtModel(ctx)
		if fault.Is(err, fault.BadData) {
			w.server.options.Log.Print(err)
		} else if err != nil {
			return err
		}
	}
}

// lookAtRun updates the board with what a run has added to its files, and with whether
// it is still running.
func (w *watcher) lookAtRun() {
	dir := w.server.options.Run
	if dir == "" {
		return
	}
	goesOn := run.InUse(dir)
	history, summary := stampOf(filepath.Join(dir, run.HistoryFile)), stampOf(filepath.Join(dir, run.SummaryFile))
	if w.history == history && w.summary == summary && w.goesOn == goesOn {
		return
	}
	w.history, w.summary, w.goesOn = history, summary, goesOn
	info, err := readRun(dir, goesOn)
	if err != nil {
		w.server.options.Log.Print(err)
		return
	}
	w.server.board.setRun(info)
}

// lookAtModel loads the model if it is new or has changed. If it cannot be read, the
// previous one stays in place and the error is of the kind fault.BadData. It is no error if a
// run has no model yet.
func (w *watcher) lookAtModel(ctx context.Context) error {
	now := stampOf(w.server.options.Model)
	if now == w.model || now.absent && w.server.options.Run != "" {
		return nil
	}
	w.model = now
	m, err := model.Read(w.server.options.Model)
	if err != nil {
		return err
	}
	return w.server.load(ctx, m)
}
