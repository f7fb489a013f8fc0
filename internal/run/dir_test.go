package run

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"mnistgpu/internal/fault"
)

func TestNextNumbersFolders(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "deep", "runs")
	for _, want := range []string{"mnist-001", "mnist-002", "mnist-003"} {
		d, err := Next(parent, "mnist")
		if err != nil {
			t.Fatal(err)
		}
		if got := filepath.Base(d.Path); got != want {
			t.Errorf("made %s, want %s", got, want)
		}
	}
}

func TestCreateNeverReuses(t *testing.T) {
	path := t.TempDir()
	_, err := Create(path)
	if !fault.Is(err, fault.CannotWrite) || fault.Of(err).Path != path || !errors.Is(err, fs.ErrExist) {
		t.Errorf("Create of a folder that exists gave %v", err)
	}
}

func TestCreateUndoesParents(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(root, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(filepath.Join(file, "runs", "x")); err == nil {
		t.Fatal("made a folder below a file")
	}
	d, err := Create(filepath.Join(root, "a", "b", "c"))
	if err != nil {
		t.Fatal(err)
	}
	d.Discard()
	assertEntries(t, root, "file")
}

// Discard leaves nothing of a run that was locked and written to, and keeps what others
// put there.
func TestDiscard(t *testing.T) {
	root := t.TempDir()
	for _, others := range [][]string{nil, {"kept"}} {
		d, err := Create(filepath.Join(root, "a", "run"))
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" {
			if _, err := d.Lock(); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Write("config.toml", []byte("x")); err != nil {
			t.Fatal(err)
		}
		for _, name := range others {
			if err := os.WriteFile(filepath.Join(d.Path, name), nil, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		d.Discard()
		if others == nil {
			assertEntries(t, root)
		} else {
			assertEntries(t, d.Path, others...)
		}
	}
}

func TestDiscardKeepsAFolderThatWasThere(t *testing.T) {
	d := &Dir{Path: t.TempDir()}
	if err := d.Write("config.toml", []byte("x")); err != nil {
		t.Fatal(err)
	}
	d.Discard()
	assertEntries(t, d.Path, "config.toml")
}

func TestWriteReplacesWholeFiles(t *testing.T) {
	d, err := Create(filepath.Join(t.TempDir(), "run"))
	if err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"first", "second, and longer"} {
		if err := d.Write("file", []byte(content)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(d.Path, "file"))
		if err != nil || string(got) != content {
			t.Errorf("file holds %q, %v; want %q", got, err, content)
		}
	}
	assertEntries(t, d.Path, "file")
}

func TestFailedWriteLeavesNothing(t *testing.T) {
	d, err := Create(filepath.Join(t.TempDir(), "run"))
	if err != nil {
		t.Fatal(err)
	}
	// A folder with the file's name makes the rename fail.
	if err := os.Mkdir(filepath.Join(d.Path, "file"), 0o777); err != nil {
		t.Fatal(err)
	}
	err = d.Write("file", []byte("x"))
	if !fault.Is(err, fault.CannotWrite) || fault.Of(err).Path != filepath.Join(d.Path, "file") {
		t.Errorf("a write that cannot be gave %v", err)
	}
	assertEntries(t, d.Path, "file")
}

func assertEntries(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if len(got) != len(want) {
		t.Fatalf("%s holds %v, want %v", dir, got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%s holds %v, want %v", dir, got, want)
		}
	}
}

func TestLockHasOneHolder(t *testing.T) {
	d, err := Create(filepath.Join(t.TempDir(), "run"))
	if err != nil {
		t.Fatal(err)
	}
	release, err := d.Lock()
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Lock()
	if !fault.Is(err, fault.CannotWrite) || err.Error() != "cannot write "+d.Path+": is in use by another process" {
		t.Errorf("a second lock gave %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if release, err = d.Lock(); err != nil {
		t.Fatalf("a lock that was released is held: %v", err)
	}
	release()
}
