package convert

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
)

// encode returns a PNG of the given size, all of one colour.
func encode(t testing.TB, height, width int, c color.Color) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range height * width {
		img.Set(i%width, i/width, c)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// store writes files into a new folder.
func store(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// read reads path, and returns what was skipped, without the folder.
func read(path, folder string, o Options) (*mnist.Dataset, []string, []string, error) {
	var skipped []string
	o.TestFraction = 0.5
	o.Skip = func(s Skipped) { skipped = append(skipped, strings.TrimPrefix(s.String(), folder+"/")) }
	d, names, err := Read(path, o)
	return d, names, skipped, err
}

// checkFault checks that err is a fault of the data, of one line.
func checkFault(t *testing.T, err error, want string) {
	t.Helper()
	if !fault.Is(err, fault.BadData) || err.Error() != want {
		t.Errorf("error is %v: want a fault,\n%s", err, want)
	}
}

// Every fault of a file is reported, and the rest is used.
func TestFolder(t *testing.T) {
	good := encode(t, 3, 2, color.Gray{9})
	huge := bytes.Clone(good)
	binary.BigEndian.PutUint32(huge[16:], 1<<30) // the width, and the checksum over it
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	dir := store(t, map[string][]byte{
		"b/1.png":       good,
		"b/2.PNG":       good,
		"b/3.png":       encode(t, 2, 3, color.Black),
		"b/4.png":       []byte("no picture"),
		"b/5.png":       good[:len(good)-20],
		"b/6.png":       nil,
		"b/7.png":       huge,
		"b/notes.txt":   nil,
		"b/.DS_Store":   nil,
		"b/sub/1.png":   good,
		"a/1.png":       encode(t, 3, 2, color.NRGBA{255, 0, 0, 255}), // Y' of red is 76
		"a/2.png":       encode(t, 3, 2, color.Gray16{0x8000}),
		"empty/.hidden": nil,
		"stray.png":     good,
		"classes.txt":   []byte("a\nb\nempty\n"),
	})
	d, names, skipped, err := read(dir, dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b", "empty"}, names); diff != "" {
		t.Errorf("names: -want +got:\n%s", diff)
	}
	want := []string{
		"stray.png: is in no folder of a class",
		"b/3.png: must be 3x2 (got 2x3)",
		"b/4.png: is not a whole PNG: not a PNG file",
		"b/5.png: is not a whole PNG: the file ends early",
		"b/6.png: is not a whole PNG: the file ends early",
		"b/7.png: must have at most 65536 pixels (got 3x1073741824)",
		"b/notes.txt: is not a PNG file",
		"b/sub: is not a PNG file",
		"empty: has no usable image",
	}
	if diff := cmp.Diff(want, skipped); diff != "" {
		t.Errorf("skipped: -want +got:\n%s", diff)
	}
	seen := map[[2]byte]int{} // label, grey
	for _, s := range []mnist.Split{d.Train, d.Test} {
		for i, label := range s.Labels {
			pixels := s.Images[6*i:][:6]
			if !bytes.Equal(pixels, bytes.Repeat(pixels[:1], 6)) {
				t.Errorf("image of label %d is %v: want one grey", label, pixels)
			}
			seen[[2]byte{label, pixels[0]}]++
		}
	}
	if diff := cmp.Diff(map[[2]byte]int{{0, 76}: 1, {0, 128}: 1, {1, 9}: 2}, seen); diff != "" {
		t.Errorf("label and grey: -want +got:\n%s", diff)
	}
	if d.Height != 3 || d.Width != 2 || d.Classes != 3 || d.Train.Len() != 2 || d.Test.Len() != 2 {
		t.Errorf("%dx%d, %d classes, %d and %d images: want 3x2, 3, 2, 2", d.Height, d.Width, d.Classes, d.Train.Len(), d.Test.Len())
	}
}

// With a size given, the first image does not determine it.
func TestFolderSize(t *testing.T) {
	large, small := encode(t, 5, 5, color.White), encode(t, 2, 2, color.White)
	dir := store(t, map[string][]byte{"a/1.png": large, "a/2.png": small, "a/3.png": small, "b/1.png": small})
	d, _, skipped, err := read(dir, dir, Options{Height: 2, Width: 2})
	if err != nil || d.Height != 2 || d.Width != 2 || d.Train.Len()+d.Test.Len() != 3 {
		t.Fatalf("%+v, %v: want 3 images of 2x2", d, err)
	}
	if diff := cmp.Diff([]string{"a/1.png: must be 2x2 (got 5x5)"}, skipped); diff != "" {
		t.Errorf("skipped: -want +got:\n%s", diff)
	}
}

func TestFolderFaults(t *testing.T) {
	good := encode(t, 2, 2, color.White)
	for _, test := range []struct {
		name  string
		files map[string][]byte
		want  string
	}{
		{"empty", nil, "must have a folder for each class, with files CLASS/NAME.png"},
		{"no classes", map[string][]byte{"1.png": good}, "must have a folder for each class, with files CLASS/NAME.png"},
		{"nothing usable", map[string][]byte{"a/1.png": nil, "b/.x": nil}, "has no usable image, and 3 that were skipped"},
		{"one class", map[string][]byte{"a/1.png": good, "a/2.png": good}, "must have 2 to 256 classes (got 1)"},
		{"nothing to test with", map[string][]byte{"a/1.png": good, "b/1.png": good}, "must have a class of two images, one to train and one to test with"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := store(t, test.files)
			_, _, _, err := read(dir, dir, Options{})
			checkFault(t, err, dir+": "+test.want)
		})
	}
	missing := filepath.Join(t.TempDir(), "missing")
	_, _, err := Read(missing, Options{})
	checkFault(t, err, missing+": no such file or directory")
}
