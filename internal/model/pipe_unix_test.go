//go:build unix

package model

import (
	"path/filepath"
	"testing"

	"mnistgpu/internal/hostile"
)

func TestPipes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	hostile.CheckPipe(t, path, func() error {
		_, err := Read(path)
		return err
	})
}
