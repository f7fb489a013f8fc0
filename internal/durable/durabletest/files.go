package durabletest

import (
	"bytes"
	"io/fs"
	"path/filepath"

	"mnistgpu/internal/durable"
)

// Files is a read-only disk: a map from paths to contents.
type Files map[string][]byte

// Create fails.
func (Files) Create(path string) (durable.File, error) { return nil, fs.ErrPermission }

// Rename fails.
func (Files) Rename(from, to string) error { return fs.ErrPermission }

// Remove fails.
func (Files) Remove(path string) error { return fs.ErrPermission }

// SyncDir fails.
func (Files) SyncDir(dir string) error { return fs.ErrPermission }

// ReadDir returns the names in a folder.
func (f Files) ReadDir(dir string) ([]string, error) {
	var names []string
	for path := range f {
		if filepath.Dir(path) == filepath.Clean(dir) {
			names = append(names, filepath.Base(path))
		}
	}
	return names, nil
}

// Open opens a file.
func (f Files) Open(path string) (durable.Source, error) {
	content, ok := f[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return memory{bytes.NewReader(content)}, nil
}

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }
