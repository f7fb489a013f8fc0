package train

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/run"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

// folder is the folder of a run, locked against other processes, and what the run
// resumes from.
type folder struct {
	dir    *run.Dir // nil until a new folder is made
	unlock func() error
	saved  *run.Saved   // nil for a run that is new, or ended before it saved a state
	ended  *run.Summary // of a run that ended by itself, or nil
}

// reopen locks the folder of an existing run and loads its newest state. It returns nil
// if there is no such folder.
func reopen(o *ui.IO, path string) (*folder, error) {
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.In(path, err)
	}
	if has := visible(entries); len(has) > 0 && !slices.Contains(has, run.ConfigFile) {
		return nil, fault.Writing(path, errors.New("it exists, and is not the folder of a run")).
			WithHint("name the folder of a run, an empty folder, or one that does not exist yet")
	}
	f := &folder{dir: &run.Dir{Path: path}}
	if f.unlock, err = lock(o, f.dir); err != nil {
		return nil, err
	}
	if err := f.load(o); err != nil {
		f.leave()
		return nil, err
	}
	return f, nil
}

// leave unlocks the folder.
func (f *folder) leave() {
	if f.unlock != nil {
		f.unlock()
	}
}

// load reads how far the run in the folder has come.
func (f *folder) load(o *ui.IO) error {
	var err error
	if f.saved, err = run.LoadState(f.dir.Path); err != nil {
		return err
	}
	if f.ended, err = shared.Ended(f.dir.Path); err != nil || f.saved == nil {
		return err
	}
	for _, err := range f.saved.Skipped {
		o.Warnf("%v", err)
	}
	return nil
}

// lock keeps others from writing to the folder of a run until it is unlocked. If the file
// system has no locks, it only warns, since training is still possible.
func lock(o *ui.IO, dir *run.Dir) (unlock func() error, err error) {
	unlock, err = dir.Lock()
	if errors.Is(err, errors.ErrUnsupported) {
		o.Warnf("cannot lock %s (no file locks here): do not start another run in it", dir.Path)
		return func() error { return nil }, nil
	}
	return unlock, err
}

// canStart returns an error unless a run may start in a folder that has no state to
// resume from. It may if an earlier run there was killed before it saved a state, but
// not if that run left results.
func (f *folder) canStart() error {
	entries, err := os.ReadDir(f.dir.Path)
	if err != nil {
		return fault.In(f.dir.Path, err)
	}
	for _, name := range visible(entries) {
		if name != run.ConfigFile && name != run.HistoryFile {
			return noState(f.dir.Path)
		}
	}
	return nil
}

// noState is the error of a run that was started but has no checkpoint.
func noState(dir string) error {
	return fault.Inf(dir, "has no checkpoint to resume from").
		WithHint("mnistgpu train --config %s starts the run over", settings.ShellWord(filepath.Join(dir, run.ConfigFile)))
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
