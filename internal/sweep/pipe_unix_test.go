//go:build unix

package sweep

import (
	"os"
	"path/filepath"
	"testing"

	"mnistgpu/internal/hostile"
)

func TestPipes(t *testing.T) {
	dir := t.TempDir()
	hostile.CheckPipe(t, filepath.Join(dir, specFile), func() error {
		_, err := Open(dir)
		return err
	})
	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, trialFolder), 0o777); err != nil {
		t.Fatal(err)
	}
	hostile.CheckPipe(t, filepath.Join(dir, trialFolder, trialFile(0)), func() error {
		_, err := (&Folder{Path: dir}).Load(0)
		return err
	})
}
