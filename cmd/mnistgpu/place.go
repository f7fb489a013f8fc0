package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	faults "mnistgpu/internal/fault"
	"mnistgpu/internal/run"
)

// place is the folder of a run, locked against other processes, and what the run
// resumes from.
type place struct {
	dir   *run.Dir
	saved *run.Saved   // nil for a run that is new, or ended before it saved a state
	ended *run.Summary // of a run that ended by itself, or nil
}

// reopen locks the folder of an existing run and loads its newest state. It returns nil
// if there is no such folder.
func reopen(path string) (*place, error) {
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, faults.In(path, err)
	}
	if has := visible(entries); len(has) > 0 && !slices.Contains(has, run.ConfigFile) {
		return nil, &failure{
			code: exitCannotWrite,
			err:  fmt.Errorf("cannot write %s: %w, and is not the folder of a run", path, fs.ErrExist),
			hint: "want the folder of a run, one that is empty, or one that does not exist yet",
		}
	}
	at := &place{dir: &run.Dir{Path: path}}
	if err := lock(at.dir); err != nil {
		return nil, err
	}
	if at.saved, err = run.LoadState(path); err != nil {
		return nil, err
	}
	if at.ended, err = finished(path); err != nil || at.saved == nil {
		return at, err
	}
	for _, fault := range at.saved.Skipped {
		warn("%v", fault)
	}
	return at, nil
}

// lock keeps other processes from writing to the folder of a run until this one ends.
// If the file system has no locks, it only warns, since training is still possible.
func lock(dir *run.Dir) error {
	_, err := dir.Lock()
	if errors.Is(err, errors.ErrUnsupported) {
		warn("nothing keeps another run from writing to %s: its file system has no locks", dir.Path)
		return nil
	}
	return err
}

// canStart returns an error unless a run may start in a folder that has no state to
// resume from. It may if an earlier run there was killed before it saved a state, but
// not if that run left results.
func (p *place) canStart() error {
	entries, err := os.ReadDir(p.dir.Path)
	if err != nil {
		return faults.In(p.dir.Path, err)
	}
	for _, name := range visible(entries) {
		if name != run.ConfigFile && name != run.HistoryFile {
			return noState(p.dir.Path)
		}
	}
	return nil
}

// noState is the error of a run that was started but has no checkpoint.
func noState(dir string) error {
	return &failure{
		code: exitData,
		err:  faults.Inf(dir, "has no checkpoint to resume from"),
		hint: fmt.Sprintf("mnistgpu train --config %s starts the run over", shellWord(filepath.Join(dir, run.ConfigFile))),
	}
}

// visible returns the names that do not begin with a dot, as those of locks and
// unfinished files do.
func visible(entries []fs.DirEntry) []string {
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names
}
