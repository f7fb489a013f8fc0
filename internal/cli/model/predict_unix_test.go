//go:build unix

package model

import (
	"path/filepath"
	"syscall"
	"testing"
)

// Opening a named pipe would block until somebody writes to it.
func TestPipesAreNotPictures(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe.png")
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Fatal(err)
	}
	m, want := brightest(t), pipe+": is not a regular file"
	for _, arg := range []string{pipe, dir} {
		if _, _, err := execute(NewPredict, nil, m, arg); err == nil || err.Error() != want {
			t.Errorf("predict of %s: %v, want %s", arg, err, want)
		}
	}
	if beginsAsPicture(filepath.Join(dir, "none")) {
		t.Error("a missing file begins as a picture")
	}
	other := filepath.Join(dir, "other")
	if err := syscall.Mkfifo(other, 0o666); err != nil {
		t.Fatal(err)
	}
	if beginsAsPicture(other) {
		t.Error("a pipe begins as a picture")
	}
	if _, _, err := execute(NewImport, nil, other, "--out", filepath.Join(dir, "x")); err == nil || err.Error() != other+": is not a regular file" {
		t.Errorf("import: %v", err)
	}
}
