//go:build unix

package run

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"mnistgpu/internal/durable"
	"mnistgpu/internal/hostile"
)

// TestPipes lists runs of which one file is a named pipe. A pipe in place of the lock
// leaves it unknown whether the run is going on.
func TestPipes(t *testing.T) {
	for _, name := range []string{ConfigFile, HistoryFile, SummaryFile, durable.LockFile} {
		parent := t.TempDir()
		dir := folder(t, parent, "run", 1, map[string]string{ConfigFile: settings})
		path := filepath.Join(dir, name)
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		hostile.CheckPipe(t, path, func() error {
			entries, broken, err := List(parent)
			if name == durable.LockFile && len(entries) == 1 && entries[0].Status == Unfinished {
				_, err = durable.InUse(dir)
			}
			return errors.Join(append(broken, err)...)
		})
	}
}
