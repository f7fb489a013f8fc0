package durabletest

import (
	"bytes"
	"path/filepath"

	"mnistgpu/internal/durable"
)

// Recorder passes operations on to FS and records those that change it, so that
// [Recorder.PowerCuts] can derive what a power cut may leave of them.
type Recorder struct {
	FS    durable.FS
	ops   []op
	files int
}

type op struct {
	kind     kind
	path, to string // of files; the folder of syncDir
	file     int    // number of the file that is written or created
	data     []byte
	mark     int
}

type kind int

const (
	create kind = iota
	write
	sync
	rename
	remove
	syncDir
	mark
)

// Mark records, under the number n, that everything before it has been promised to
// be safe.
func (r *Recorder) Mark(n int) { r.ops = append(r.ops, op{kind: mark, mark: n}) }

// Create is the operation of [durable.FS].
func (r *Recorder) Create(path string) (durable.File, error) {
	f, err := r.FS.Create(path)
	if err != nil {
		return nil, err
	}
	r.ops = append(r.ops, op{kind: create, path: path, file: r.files})
	r.files++
	return &recordedFile{f, r, r.files - 1}, nil
}

// Rename is the operation of [durable.FS].
func (r *Recorder) Rename(from, to string) error {
	r.ops = append(r.ops, op{kind: rename, path: from, to: to})
	return r.FS.Rename(from, to)
}

// Remove is the operation of [durable.FS].
func (r *Recorder) Remove(path string) error {
	r.ops = append(r.ops, op{kind: remove, path: path})
	return r.FS.Remove(path)
}

// SyncDir is the operation of [durable.FS].
func (r *Recorder) SyncDir(dir string) error {
	r.ops = append(r.ops, op{kind: syncDir, path: filepath.Clean(dir)})
	return r.FS.SyncDir(dir)
}

// ReadDir is the operation of [durable.FS].
func (r *Recorder) ReadDir(dir string) ([]string, error) { return r.FS.ReadDir(dir) }

// Open is the operation of [durable.FS].
func (r *Recorder) Open(path string) (durable.Source, error) { return r.FS.Open(path) }

type recordedFile struct {
	durable.File
	r    *Recorder
	file int
}

func (f *recordedFile) Write(b []byte) (int, error) {
	f.r.ops = append(f.r.ops, op{kind: write, file: f.file, data: bytes.Clone(b)})
	return f.File.Write(b)
}

func (f *recordedFile) Sync() error {
	f.r.ops = append(f.r.ops, op{kind: sync, file: f.file})
	return f.File.Sync()
}

// NoSync is FS without the fsync of files, a bug that tests must detect.
type NoSync struct{ durable.FS }

// Create is the operation of [durable.FS].
func (n NoSync) Create(path string) (durable.File, error) {
	f, err := n.FS.Create(path)
	return unsynced{f}, err
}

type unsynced struct{ durable.File }

func (unsynced) Sync() error { return nil }

// NoSyncDir is FS without the fsync of folders, a bug that tests must detect.
type NoSyncDir struct{ durable.FS }

// SyncDir does nothing.
func (NoSyncDir) SyncDir(string) error { return nil }
