package convert

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
)

// digits are the images that most tests store in one format and read back.
var digits = mnist.Synthetic(40, 20, 1)

// all are the same images without parts.
var all = mnist.Split{
	Images: slices.Concat(digits.Train.Images, digits.Test.Images),
	Labels: slices.Concat(digits.Train.Labels, digits.Test.Labels),
}

// store writes files into a new folder.
func store(t testing.TB, files map[string][]byte) string {
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

// load loads path, in which nothing may be skipped, and checks the images and labels of
// each part, the names of the classes and, if any are given, that the facts have these
// words in them.
func load(t *testing.T, path string, o Options, train, test mnist.Split, facts ...string) *Set {
	t.Helper()
	o.Skip = func(s Skipped) { t.Errorf("skipped %v", s) }
	set, err := Load(path, o)
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	for _, part := range []struct {
		name      string
		want, got mnist.Split
	}{{"train", train, set.Train}, {"test", test, set.Test}} {
		if !bytes.Equal(part.want.Labels, part.got.Labels) {
			t.Errorf("%s: %s labels are\n%v\nwant\n%v", filepath.Base(path), part.name, part.got.Labels, part.want.Labels)
		}
		if !bytes.Equal(part.want.Images, part.got.Images) {
			t.Errorf("%s: %s images differ: %d and %d bytes of %dx%d", filepath.Base(path), part.name, len(part.got.Images), len(part.want.Images), set.Height, set.Width)
		}
	}
	told := strings.Join(set.Facts, "\n")
	for _, fact := range facts {
		if !strings.Contains(told, fact) {
			t.Errorf("%s: %q is not among the facts:\n%s", filepath.Base(path), fact, told)
		}
	}
	if len(facts) == 0 && told != "" {
		t.Errorf("%s: told %q: want nothing", filepath.Base(path), told)
	}
	return set
}

// checkFault checks that err is a fault of the data of one line that has these words.
func checkFault(t *testing.T, err error, want string) {
	t.Helper()
	if !fault.Is(err, fault.BadData) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error is %v: want a fault of one line with\n%s", err, want)
	}
}

// idx returns an IDX file of a type, a shape and data.
func idx(kind byte, shape []int, data []byte) []byte {
	b := []byte{0, 0, kind, byte(len(shape))}
	for _, dim := range shape {
		b = binary.BigEndian.AppendUint32(b, uint32(dim))
	}
	return append(b, data...)
}

// bytesOf returns numbers in a byte order, each as convert has it.
func bytesOf[T any](t testing.TB, order binary.ByteOrder, pixels []byte, convert func(byte) T) []byte {
	t.Helper()
	values := make([]T, len(pixels))
	for i, v := range pixels {
		values[i] = convert(v)
	}
	var b bytes.Buffer
	if err := binary.Write(&b, order, values); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func imagesIDX(s mnist.Split) []byte { return idx(8, []int{s.Len(), 28, 28}, s.Images) }
func labelsIDX(s mnist.Split) []byte { return idx(8, []int{s.Len()}, s.Labels) }

// transpose returns the images with rows and columns swapped.
func transpose(images []byte) []byte {
	turned := make([]byte, len(images))
	for i, v := range images {
		n, y, x := i/784, i%784/28, i%28
		turned[n*784+x*28+y] = v
	}
	return turned
}

// csvOf returns a table of images with the given line for each.
func csvOf(s mnist.Split, header string, line func(i int, pixels []string) string) []byte {
	var b strings.Builder
	b.WriteString(header)
	for i := range s.Len() {
		var pixels []string
		for _, v := range s.Images[i*784:][:784] {
			pixels = append(pixels, fmt.Sprint(v))
		}
		b.WriteString(line(i, pixels) + "\n")
	}
	return []byte(b.String())
}

func TestLoadAndSplit(t *testing.T) {
	dir := store(t, map[string][]byte{"x.csv": []byte("label,a,b,c,d\n0,1,2,3,4\n0,1,2,3,4\n1,5,6,7,200\n1,5,6,7,200\n")})
	set, err := Load(filepath.Join(dir, "x.csv"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Dataset(0.5, 0)
	if err != nil || d.Train.Len() != 2 || d.Test.Len() != 2 || d.Classes != 2 {
		t.Fatalf("%+v, %v", d, err)
	}
	if diff := cmp.Diff([]string{"0", "1"}, d.Names); diff != "" {
		t.Error(diff)
	}
	_, err = Load(filepath.Join(dir, "none"), Options{})
	checkFault(t, err, "none: no such file or directory")
}
