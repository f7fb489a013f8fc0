package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mnistgpu/internal/mnist"
	"mnistgpu/internal/model/npz"
)

func TestWrite(t *testing.T) {
	folder := t.TempDir()
	digits, path := filepath.Join(folder, "digits"), filepath.Join(folder, "problem.npz")
	data := mnist.Synthetic(100, 20, 1)
	if err := mnist.WriteDir(digits, data, mnist.DefaultNames(10)); err != nil {
		t.Fatal(err)
	}
	if err := write(path, digits, 8, "full"); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	arrays, err := npz.ReadFloats(content, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for name, shape := range map[string][]int{
		"train_images": {100, 784}, "train_labels": {100}, "test_images": {20, 784}, "test_labels": {20},
		"layers.0.weight": {784, 8}, "layers.0.bias": {8}, "layers.1.weight": {8, 10}, "layers.1.bias": {10},
		"orders": {epochs, 100}, "batch": {}, "pixel_scale": {}, "learning_rate": {},
	} {
		i := slices.IndexFunc(arrays, func(a npz.Array) bool { return a.Name == name })
		if i < 0 || !slices.Equal(arrays[i].Shape, shape) {
			t.Errorf("%s is not there, or not of the shape %v", name, shape)
		}
	}
}

// TestWriteNothing checks that a failure leaves no file.
func TestWriteNothing(t *testing.T) {
	folder := t.TempDir()
	for batch, want := range map[string]string{
		"some": `--batch must be a number or full (got "some")`,
		"128":  "a folder or file that exists",
	} {
		if err := write(filepath.Join(folder, "problem.npz"), filepath.Join(folder, "none"), 8, batch); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("batch %s: error is %v, want %s", batch, err, want)
		}
	}
	if err := write(filepath.Join(folder, "none", "problem.npz"), "synthetic", 8, "128"); err == nil {
		t.Error("wrote into a folder that does not exist")
	}
	if files, err := os.ReadDir(folder); err != nil || len(files) > 0 {
		t.Errorf("left %v, %v", files, err)
	}
}
