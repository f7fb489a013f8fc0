//go:build cuda && linux

package gpu

import (
	"testing"

	"mnistgpu/internal/train/traintest"
)

func TestResume(t *testing.T) {
	useDevice(t)
	traintest.Resume(t, opener(Options{}))
}
