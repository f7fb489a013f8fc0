//go:build unix

package convert

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"mnistgpu/internal/hostile"
)

func TestPipes(t *testing.T) {
	table := filepath.Join(t.TempDir(), "table.csv")
	hostile.CheckPipe(t, table, func() error {
		_, _, err := Read(table, Options{})
		return err
	})
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "cats"), 0o777); err != nil {
		t.Fatal(err)
	}
	picture := filepath.Join(dir, "cats", "1.png")
	hostile.CheckPipe(t, picture, func() (skipped error) {
		Read(dir, Options{Skip: func(s Skipped) {
			if s.Path == picture {
				skipped = errors.New(s.String())
			}
		}})
		return skipped
	})
}
