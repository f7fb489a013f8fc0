package sweep

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/run"
)

const (
	specFile    = "sweep.json"
	trialFolder = "trials"
)

// Limits of the files, far above what they need.
const (
	maxSpec   = 256 << 20
	maxRecord = 1 << 20
)

// ResultsFile is the table of all trials in the folder of a finished sweep.
const ResultsFile = "results.csv"

// Folder is the folder of a sweep. It holds sweep.json, a file for each finished
// trial, and a folder for each trial that was started but not finished. Shards may
// share it.
type Folder struct {
	Path string
	Spec *Spec
}

// Create creates the folder of a sweep at path, or returns the existing one if it has
// the same spec. The error is of the kind fault.CannotWrite or, for a file that
// exists but cannot be used, fault.BadData.
func Create(path string, spec *Spec) (*Folder, error) {
	f := &Folder{path, spec}
	if old, err := fault.Read(f.specPath(), maxSpec); err == nil {
		if !bytes.Equal(old, encode(spec)) {
			return nil, fault.Inf(f.specPath(), "is of a sweep with other trials")
		}
		return f, nil
	}
	if err := vacant(path); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(f.trials().Path, 0o777); err != nil {
		return nil, fault.Writing(path, err)
	}
	dir := run.Dir{Path: path}
	var err error
	for try := range 20 { // shards that start at the same moment may interfere with each other
		if err = dir.Write(specFile, encode(spec)); err == nil || f.made() {
			return f, nil
		}
		time.Sleep(rand.N(time.Duration(1+try) * time.Millisecond))
	}
	return nil, err
}

// made reports whether the folder exists and has the spec.
func (f *Folder) made() bool {
	content, err := fault.Read(f.specPath(), maxSpec)
	return err == nil && bytes.Equal(content, encode(f.Spec))
}

// Unfinished returns the first folder in parent that holds a sweep of the spec and
// lacks trials or their table. It returns nil if there is none.
func Unfinished(parent string, spec *Spec) *Folder {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		f := &Folder{filepath.Join(parent, e.Name()), spec}
		if f.made() && (f.lacks(ResultsFile) || f.lacksTrials()) {
			return f
		}
	}
	return nil
}

func (f *Folder) lacksTrials() bool {
	for i := range f.Spec.Trials {
		if f.lacks(filepath.Join(trialFolder, trialFile(i))) {
			return true
		}
	}
	return false
}

// lacks reports whether there is no file of the given name.
func (f *Folder) lacks(name string) bool {
	_, err := os.Stat(filepath.Join(f.Path, name))
	return errors.Is(err, fs.ErrNotExist)
}

// vacant returns an error if there is anything at path other than what shards that
// start at the same moment put there.
func vacant(path string) error {
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fault.Writing(path, errors.New("is not a folder"))
	}
	for _, e := range entries {
		if name := e.Name(); name != trialFolder && name != specFile && !strings.HasPrefix(name, "."+specFile) {
			return fault.Writing(path, errors.New("exists and is not a sweep"))
		}
	}
	return nil
}

// Open returns the folder of a sweep. The error is of the kind fault.BadData.
func Open(path string) (*Folder, error) {
	f := &Folder{path, new(Spec)}
	content, err := fault.Read(f.specPath(), maxSpec)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.In(f.specPath(), err).WithHint("give a folder that mnistgpu sweep made")
	}
	if err != nil {
		return nil, err
	}
	if err := decodeStrictly(content, f.Spec); err != nil {
		return nil, fault.In(f.specPath(), err)
	}
	if err := f.Spec.check(); err != nil {
		return nil, fault.In(f.specPath(), err)
	}
	return f, nil
}

func (f *Folder) specPath() string { return filepath.Join(f.Path, specFile) }
func (f *Folder) trials() run.Dir  { return run.Dir{Path: filepath.Join(f.Path, trialFolder)} }

func trialFile(index int) string { return fmt.Sprintf("%05d.json", index) }

// Load returns the record of a trial, or nil if the trial is not finished. The
// error is of the kind fault.BadData: such a file never counts as a result.
func (f *Folder) Load(index int) (*Record, error) {
	path := filepath.Join(f.trials().Path, trialFile(index))
	content, err := fault.Read(path, maxRecord)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r, err := decodeRecord(content, f.Spec, index)
	if err != nil {
		return nil, fault.In(path, err).WithHint("without this file the trial is run again")
	}
	return r, nil
}

// Begun returns the folder for the files of an unfinished trial. It may not exist.
func (f *Folder) Begun(index int) *run.Dir {
	return &run.Dir{Path: filepath.Join(f.trials().Path, fmt.Sprintf("%05d", index))}
}

// Save writes the record of a trial, whose Index must be set. The error is of the
// kind fault.CannotWrite.
func (f *Folder) Save(r *Record) error {
	trials := f.trials()
	return trials.Write(trialFile(r.Index), encode(r))
}
