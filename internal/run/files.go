package run

import (
	"errors"
	"io/fs"

	"mnistgpu/internal/fault"
)

// Files in the folder of a run.
const (
	ConfigFile  = "config.toml"
	HistoryFile = "history.csv"
	SummaryFile = "summary.json"
	ModelFile   = "model.safetensors"
	ReportFile  = "report.html" // the last of a report's files to be written
)

// How a run can end.
const (
	Done        = "done"
	Interrupted = "interrupted" // can be resumed
	Diverged    = "diverged"
)

// The status of a run that has no summary.
const (
	Unfinished = "unfinished" // it is still running, or nobody can know
	Stopped    = "stopped"    // no process trains in its folder; can be resumed
)

// readFile reads a file of a run, of at most limit bytes. The error is of the kind
// fault.BadData.
func readFile(path string, limit int64) ([]byte, error) {
	content, err := fault.Read(path, limit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.In(path, err).WithHint("give a folder that mnistgpu train made; mnistgpu runs lists the runs")
	}
	return content, err
}
