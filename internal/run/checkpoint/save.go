package checkpoint

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"mnistgpu/internal/durable"
	"mnistgpu/internal/fault"
)

// The files in a folder are numbered generations: checkpoint-000001.mnistgpu and
// so on.
const (
	filePrefix = "checkpoint-"
	fileSuffix = ".mnistgpu"
)

// fileName is the file name of the generation with the given number, from 1.
func fileName(number int) string { return fmt.Sprintf("%s%06d%s", filePrefix, number, fileSuffix) }

// Save writes s into a folder as its newest generation, removes all but the newest
// keep, and returns the name of the new file. Older files stay until the new file
// is safe; an error means that it may not be.
func Save(disk durable.FS, dir string, s *State, keep int) (name string, err error) {
	if keep < 1 {
		panic("checkpoint: Save that keeps nothing")
	}
	old, err := generations(disk, dir)
	if err != nil {
		return "", err
	}
	number := 1
	if len(old) > 0 {
		number = old[0].number + 1
	}
	name = fileName(number)
	if err := durable.Write(disk, filepath.Join(dir, name), Encode(s)); err != nil {
		return "", err
	}
	for _, g := range old[min(keep-1, len(old)):] {
		disk.Remove(filepath.Join(dir, g.name)) // if this fails, the next save tries again
	}
	return name, nil
}

// ErrNone is the cause of the error of a folder without a checkpoint.
var ErrNone = errors.New("has no checkpoint")

// Loaded is the newest checkpoint of a folder that can be read.
type Loaded struct {
	State   *State
	Name    string         // of the file
	Skipped []*fault.Error // newer files that cannot be read, and why
}

// Load reads the newest generation in a folder that can be read. The error is of the
// kind fault.BadData: there are no generations, or none of them can be read.
func Load(disk durable.FS, dir string) (*Loaded, error) {
	all, err := generations(disk, dir)
	if err != nil {
		return nil, fault.In(dir, err)
	}
	if len(all) == 0 {
		return nil, fault.In(dir, ErrNone)
	}
	l := new(Loaded)
	for _, g := range all {
		l.State, err = read(disk, filepath.Join(dir, g.name))
		if err == nil {
			l.Name = g.name
			return l, nil
		}
		l.Skipped = append(l.Skipped, fault.In(filepath.Join(dir, g.name), err))
	}
	var reasons []string
	for _, e := range l.Skipped {
		reasons = append(reasons, fmt.Sprintf("%s %v", filepath.Base(e.Path), e.Err))
	}
	return nil, fault.Inf(dir, "has no checkpoint that can be read: %s", strings.Join(reasons, "; "))
}

// read reads a file. It checks the header before it allocates memory for the
// whole.
func read(disk durable.FS, path string) (*State, error) {
	f, err := disk.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	start := make([]byte, min(f.Size(), int64(headerSize)))
	if _, err := f.ReadAt(start, 0); err != nil {
		return nil, err
	}
	if err := checkStart(start, f.Size()); err != nil {
		return nil, err
	}
	content := make([]byte, f.Size())
	if _, err := f.ReadAt(content, 0); err != nil {
		return nil, err
	}
	return Decode(content)
}

type generation struct {
	name   string
	number int
}

// generations returns the generations in a folder, newest first. Files with any
// other name, even if only by a sign or an extra zero, are ignored.
func generations(disk durable.FS, dir string) ([]generation, error) {
	names, err := disk.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []generation
	for _, name := range names {
		digits := strings.TrimSuffix(strings.TrimPrefix(name, filePrefix), fileSuffix)
		if n, err := strconv.Atoi(digits); err == nil && n > 0 && name == fileName(n) {
			all = append(all, generation{name, n})
		}
	}
	slices.SortFunc(all, func(a, b generation) int { return cmp.Compare(b.number, a.number) })
	return all, nil
}
