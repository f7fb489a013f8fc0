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

// fileStat tells versions of a file apart. The zero fileStat is for a file that was never
// checked.
type fileStat struct {
	absent   bool
	size     int64
	modified time.Time
}

func statOf(path string) fileStat {
	info, err := os.Stat(path)
	if err != nil {
		return fileStat{absent: true}
	}
	return fileStat{size: info.Size(), modified: info.ModTime()}
}

// watcher follows the files of a run.
type watcher struct {
	server                  *Server
	model, history, summary fileStat // of what was read last
	running                 bool     // whether the run was still running then
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
		w.updateRun()
		err := w.updateModel(ctx)
		if fault.Is(err, fault.BadData) {
			w.server.options.Log.Print(err)
		} else if err != nil {
			return err
		}
	}
}

// updateRun broadcasts what a run has added to its files, and whether it is still
// running.
func (w *watcher) updateRun() {
	dir := w.server.options.Run
	if dir == "" {
		return
	}
	running := run.InUse(dir)
	history, summary := statOf(filepath.Join(dir, run.HistoryFile)), statOf(filepath.Join(dir, run.SummaryFile))
	if w.history == history && w.summary == summary && w.running == running {
		return
	}
	w.history, w.summary, w.running = history, summary, running
	info, err := readRun(dir, running)
	if err != nil {
		w.server.options.Log.Print(err)
		return
	}
	w.server.broadcast.setRun(info)
}

// updateModel loads the model if it is new or has changed. If it cannot be read, the
// previous one stays in place and the error is of the kind fault.BadData. It is no error
// if a run has no model yet.
func (w *watcher) updateModel(ctx context.Context) error {
	now := statOf(w.server.options.Model)
	if now == w.model || now.absent && w.server.options.Run != "" {
		return nil
	}
	w.model = now
	m, err := model.Read(w.server.options.Model)
	if err != nil {
		return err
	}
	if err := run.CheckModel(w.server.options.Model, m); err != nil {
		w.server.options.Log.Print(err)
	}
	return w.server.load(ctx, m)
}
