package durable_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"mnistgpu/internal/durable"
)

// Every operation on a file that does not exist reports that.
func TestDiskOfNothing(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	calls := map[string]func() error{
		"ReadDir": func() error { _, err := durable.Disk.ReadDir(none); return err },
		"Open":    func() error { _, err := durable.Disk.Open(none); return err },
		"Create":  func() error { _, err := durable.Disk.Create(filepath.Join(none, "file")); return err },
		"Rename":  func() error { return durable.Disk.Rename(none, none+"2") },
		"Remove":  func() error { return durable.Disk.Remove(none) },
	}
	if runtime.GOOS != "windows" { // which has no such call
		calls["SyncDir"] = func() error { return durable.Disk.SyncDir(none) }
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s of what is not there gave %v", name, err)
		}
	}
}

// A folder cannot be opened as a file, and an existing file cannot be created again.
func TestDiskRefuses(t *testing.T) {
	dir := t.TempDir()
	if _, err := durable.Disk.Open(dir); err == nil || !strings.Contains(err.Error(), "is not a regular file") {
		t.Errorf("opening a folder gave %v", err)
	}
	path := filepath.Join(dir, "file")
	write(t, path, before)
	if _, err := durable.Disk.Create(path); !errors.Is(err, os.ErrExist) {
		t.Errorf("creating a file that is there gave %v", err)
	}
}

// A save does not fail on a file system that cannot sync folders. That of /proc returns
// EINVAL.
func TestSyncDirWithoutSuchACall(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs the /proc of Linux")
	}
	if err := durable.Disk.SyncDir("/proc"); err != nil {
		t.Errorf("a folder that cannot be synced gave %v", err)
	}
}

// The user's umask decides who may read a file; no one may execute it.
func TestFilesHaveTheUsualPermissions(t *testing.T) {
	dir := t.TempDir()
	usual := filepath.Join(dir, "usual")
	f, err := os.Create(usual)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	want, err := os.Stat(usual)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "file"), after)
	release, err := durable.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	for _, name := range []string{"file", ".lock"} {
		if got, err := os.Stat(filepath.Join(dir, name)); err != nil || got.Mode() != want.Mode() {
			t.Errorf("%s has the mode %v, %v: want %v", name, got.Mode(), err, want.Mode())
		}
	}
}
