package run

import (
	"errors"
	"fmt"
	"io"
	"os"

	"mnistgpu/internal/oserror"
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

// An Error says that a file of a run is missing or bad, in one line.
type Error struct {
	Path string
	Err  error // what is wrong, and what is wanted instead
}

func (e *Error) Error() string { return e.Path + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// Fault returns an [*Error] about the file at path, given an error of the os package.
func Fault(path string, err error) error {
	return &Error{path, oserror.Cause(err)}
}

// readFile reads a file of a run, of at most limit bytes. The error is an
// [*Error].
func readFile(path string, limit int64) ([]byte, error) {
	content, err := readAll(path, limit)
	if err != nil {
		return nil, Fault(path, err)
	}
	return content, nil
}

func readAll(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(content)) > limit {
		err = fmt.Errorf("is larger than %d bytes", limit)
	}
	return content, err
}
