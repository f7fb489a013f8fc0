package mnist

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/hostile"
)

// storeSmall writes a valid data set of four classes, two training images and
// one test image.
func storeSmall(t *testing.T, dir string) {
	t.Helper()
	store(t, dir, "train-images-idx3-ubyte", twoImages)
	store(t, dir, "train-labels.idx1-ubyte", idx([]uint32{labelsMagic, 2}, 0, 3))
	store(t, dir, "t10k-images-idx3-ubyte.gz", hostile.Gzip(t, idx([]uint32{imagesMagic, 1, 2, 3}, 6, 7, 8, 9, 10, 11)))
	store(t, dir, "t10k-labels.idx1-ubyte.gz", hostile.Gzip(t, idx([]uint32{labelsMagic, 1}, 2)))
}

func TestLoadDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "letters")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	storeSmall(t, dir)
	got, err := LoadDir(dir, 4)
	if err != nil {
		t.Fatal(err)
	}
	want := &Dataset{
		Name: "letters", Height: 2, Width: 3, Classes: 4,
		Train: Split{Images: twoImages[16:], Labels: []byte{0, 3}},
		Test:  Split{Images: []byte{6, 7, 8, 9, 10, 11}, Labels: []byte{2}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Dataset{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if n := got.Train.Len(); n != 2 {
		t.Errorf("%d training images: want 2", n)
	}
}

func TestLoadDirFaults(t *testing.T) {
	for _, test := range []struct {
		name  string
		spoil func(t *testing.T, dir string)
		want  string // after the folder
	}{
		{"label too large", func(t *testing.T, dir string) {
			store(t, dir, "train-labels.idx1-ubyte", idx([]uint32{labelsMagic, 2}, 0, 4))
		}, "/train-labels.idx1-ubyte: label 1 at byte 9 must be 0 to 3 (got 4)"},
		{"too few labels", func(t *testing.T, dir string) {
			store(t, dir, "train-labels.idx1-ubyte", idx([]uint32{labelsMagic, 1}, 0))
		}, "/train-labels.idx1-ubyte: must have 2 labels, one for each image in train-images-idx3-ubyte (got 1)"},
		{"too many labels", func(t *testing.T, dir string) {
			store(t, dir, "t10k-labels-idx1-ubyte", idx([]uint32{labelsMagic, 2}, 0, 1))
		}, "/t10k-labels-idx1-ubyte: must have 1 labels, one for each image in t10k-images-idx3-ubyte.gz (got 2)"},
		{"other size", func(t *testing.T, dir string) {
			store(t, dir, "t10k-images-idx3-ubyte", idx([]uint32{imagesMagic, 1, 3, 2}, 1, 2, 3, 4, 5, 6))
		}, "/t10k-images-idx3-ubyte: images must be 2x3, as in train-images-idx3-ubyte (got 3x2)"},
		{"broken file", func(t *testing.T, dir string) {
			store(t, dir, "t10k-labels.idx1-ubyte.gz", []byte("<html>"))
		}, `/t10k-labels.idx1-ubyte.gz: magic number must be 0x00000801, of an IDX file of labels (got 0x3c68746d ("<htm"))`},
		{"missing file", func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "train-images-idx3-ubyte")); err != nil {
				t.Fatal(err)
			}
		}, "/train-images-idx3-ubyte: file does not exist, neither raw nor with .gz"},
		{"folder for a file", func(t *testing.T, dir string) {
			if err := os.Mkdir(filepath.Join(dir, "t10k-images-idx3-ubyte"), 0o755); err != nil {
				t.Fatal(err)
			}
		}, "/t10k-images-idx3-ubyte: is not a regular file"},
		{"missing folder", func(t *testing.T, dir string) {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		}, ": no such file or directory"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			storeSmall(t, dir)
			test.spoil(t, dir)
			_, err := LoadDir(dir, 4)
			checkFault(t, err, dir+test.want)
		})
	}
}

func TestLoadDirOfFile(t *testing.T) {
	path := store(t, t.TempDir(), "images", twoImages)
	_, err := LoadDir(path, 10)
	checkFault(t, err, path+": must be a folder with the four files of a data set (got a file)")
}

func TestLoadDirUnreadable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("the superuser may read every folder")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0); err != nil {
		t.Fatal(err)
	}
	_, err := LoadDir(dir, 10)
	checkFault(t, err, dir+": permission denied")
	if !errors.Is(err, fs.ErrPermission) {
		t.Errorf("%v does not wrap fs.ErrPermission", err)
	}
}

// TestSHA256NamesTheContent changes one byte at a time, and the meaning of the bytes.
func TestSHA256NamesTheContent(t *testing.T) {
	sum := func(alter func(*Dataset)) string {
		d := Synthetic(6, 4, 1)
		alter(d)
		s, err := d.SHA256()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	seen := map[string]bool{sum(func(d *Dataset) { d.Name = "x" }): true}
	if !seen[sum(func(*Dataset) {})] {
		t.Error("another name is other content")
	}
	for name, alter := range map[string]func(*Dataset){
		"training image": func(d *Dataset) { d.Train.Images[700]++ },
		"training label": func(d *Dataset) { d.Train.Labels[0]++ },
		"test image":     func(d *Dataset) { d.Test.Images[700]++ },
		"test label":     func(d *Dataset) { d.Test.Labels[0]++ },
		"shape":          func(d *Dataset) { d.Height, d.Width = 14, 56 },
	} {
		if s := sum(alter); seen[s] {
			t.Errorf("another %s is no other content", name)
		} else {
			seen[s] = true
		}
	}
}

// TestSHA256OfMNIST computes it from the sums known after loading, and from the content.
func TestSHA256OfMNIST(t *testing.T) {
	dir := os.Getenv("MNISTGPU_DATA")
	if dir == "" {
		t.Skip("needs MNISTGPU_DATA, a folder with real MNIST")
	}
	d, err := LoadDir(dir, 10)
	if err != nil {
		t.Fatal(err)
	}
	known, err := d.SHA256()
	if err != nil {
		t.Fatal(err)
	}
	d.verified = false
	if counted, err := d.SHA256(); err != nil || counted != known {
		t.Errorf("the content has %s, %v, and MNIST %s", counted, err, known)
	}
}
