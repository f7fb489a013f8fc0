package model

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mnistgpu/internal/hostile"
)

// TestSparseFileTakesNoMemory reads a file with a hole of 4 GiB behind its tensors, which
// takes no room on the disk, and must take none in memory.
func TestSparseFileTakesNoMemory(t *testing.T) {
	content, err := sample().Encode()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sparse")
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, int64(len(content))+4<<30); err != nil {
		t.Skipf("needs a file system with sparse files: %v", err)
	}
	hostile.CheckCost(t, len(content), func() { _, err = Read(path) })
	if err == nil || !strings.Contains(err.Error(), "goes on after its tensors") {
		t.Errorf("%v", err)
	}
}
