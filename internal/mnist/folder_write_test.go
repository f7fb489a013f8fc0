package mnist

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/fault"
)

// What WriteDir writes, LoadDir reads, and Inspect describes.
func TestWriteDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "digits")
	want := Synthetic(30, 20, 1)
	if err := WriteDir(dir, want, DefaultNames(10)); err != nil {
		t.Fatal(err)
	}
	got, files, err := Inspect(dir, 10)
	if err != nil {
		t.Fatal(err)
	}
	want.Name = "digits"
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Dataset{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for i, shape := range [][]int{{30, 28, 28}, {30}, {20, 28, 28}, {20}} {
		content, err := os.ReadFile(filepath.Join(dir, knownFiles[i].name))
		if err != nil {
			t.Fatal(err)
		}
		info := FileInfo{Name: knownFiles[i].name, Shape: shape, SHA256: hexSum(content)}
		if diff := cmp.Diff(info, files[i]); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	names, err := ReadNames(dir)
	if diff := cmp.Diff(DefaultNames(10), names); diff != "" || err != nil {
		t.Errorf("%v; -want +got:\n%s", err, diff)
	}
	checkNames(t, filepath.Dir(dir), "digits")
}

// An existing folder is not changed, and nothing is left beside it.
func TestWriteDirTwice(t *testing.T) {
	dir := t.TempDir()
	store(t, dir, "mine", []byte("precious"))
	err := WriteDir(dir, Synthetic(2, 2, 1), DefaultNames(10))
	if want := "cannot write " + dir + ": file exists"; !fault.Is(err, fault.CannotWrite) || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
	checkNames(t, dir, "mine")
	checkNames(t, filepath.Dir(dir), filepath.Base(dir))
}

func TestInspectRealMNIST(t *testing.T) {
	_, files, err := Inspect(realMNIST(t), 10)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		if !f.MNIST || f.SHA256 != knownFiles[i].sha256 {
			t.Errorf("%s has the hash %s: want %s", f.Name, f.SHA256, knownFiles[i].sha256)
		}
	}
}
