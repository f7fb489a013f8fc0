package cpu

import (
	"testing"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/train/traintest"
)

func TestResume(t *testing.T) {
	traintest.Resume(t, 1, func() (backend.Backend, error) { return Open(Options{}) })
}
