//go:build unix

package fault_test

import (
	"path/filepath"
	"testing"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/hostile"
)

func TestPipes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	hostile.CheckPipe(t, path, func() error {
		_, err := fault.Read(path, 100)
		return err
	})
}
