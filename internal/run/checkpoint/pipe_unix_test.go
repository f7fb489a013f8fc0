//go:build unix

package checkpoint

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"mnistgpu/internal/durable"
	"mnistgpu/internal/hostile"
)

func TestPipes(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, fileName(1))
	hostile.CheckPipe(t, path, func() error {
		_, err := Load(durable.Disk, dir)
		if err == nil || !strings.HasSuffix(err.Error(), "checkpoint-000001.mnistgpu is not a regular file") {
			return err
		}
		return errors.New(path + ": is not a regular file")
	})
}
