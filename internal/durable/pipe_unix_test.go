//go:build unix

package durable_test

import (
	"path/filepath"
	"testing"

	"mnistgpu/internal/durable"
	"mnistgpu/internal/hostile"
)

func TestPipes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	hostile.CheckPipe(t, file, func() error {
		_, err := durable.Disk.Open(file)
		return err
	})
	for _, use := range []func(dir string) error{
		func(dir string) error { _, err := durable.InUse(dir); return err },
		func(dir string) error { _, err := durable.Lock(dir); return err },
	} {
		dir := t.TempDir()
		hostile.CheckPipe(t, filepath.Join(dir, durable.LockFile), func() error { return use(dir) })
	}
}
