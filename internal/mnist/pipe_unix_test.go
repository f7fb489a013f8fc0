//go:build unix

package mnist

import (
	"path/filepath"
	"testing"

	"mnistgpu/internal/hostile"
)

func TestPipes(t *testing.T) {
	dir := t.TempDir()
	names, images := filepath.Join(dir, NamesFile), filepath.Join(dir, trainImages.name)
	hostile.CheckPipe(t, names, func() error {
		_, err := ReadNames(dir)
		return err
	})
	hostile.CheckPipe(t, images, func() error {
		_, err := ReadImages(images)
		return err
	})
	labels := filepath.Join(dir, trainLabels.name)
	hostile.CheckPipe(t, labels, func() error {
		_, err := ReadLabels(labels)
		return err
	})
}
