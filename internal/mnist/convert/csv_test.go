package convert

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/mnist"
)

// Every line that is not an image is reported with its number, and the rest is used.
func TestCSV(t *testing.T) {
	for _, test := range []struct {
		name, line string
		want       string // without the place; empty for an image
	}{
		{"plain", "1,5,6,7,8", ""},
		{"spaces and quotes", ` "1", 5 ,6, "7",8`, ""},
		{"Windows", "1,5,6,7,8\r", ""},
		{"value of 300", "1,5,6,300,8", `column 4 must be a whole number from 0 to 255 (got "300")`},
		{"negative", "1,-5,6,7,8", `column 2 must be a whole number from 0 to 255 (got "-5")`},
		{"fraction", "1,5,6,7,0.5", `column 5 must be a whole number from 0 to 255 (got "0.5")`},
		{"not a number", "1,5,6,7,NaN", `column 5 must be a whole number from 0 to 255 (got "NaN")`},
		{"missing value", "1,5,,7,8", `column 3 must be a whole number from 0 to 255 (got "")`},
		{"missing column", "1,5,6,7", "must have 5 columns, a label and 2x2 pixels (got 4)"},
		{"extra column", "1,5,6,7,8,", "must have 5 columns, a label and 2x2 pixels (got 6)"},
		{"label of 256", "256,5,6,7,8", `label must be a whole number from 0 to 255 (got "256")`},
		{"label in words", "cat,5,6,7,8", `label must be a whole number from 0 to 255 (got "cat")`},
		{"long", "1,5,6,7," + strings.Repeat("9", 100), `column 5 must be a whole number from 0 to 255 (got "99999999999999999999...")`},
		{"binary", "\x00\x01", "must have 5 columns, a label and 2x2 pixels (got 1)"},
		{"second header", "label,a,b,c,d", `label must be a whole number from 0 to 255 (got "label")`},
	} {
		t.Run(test.name, func(t *testing.T) {
			content := "\ufefflabel,a,b,c,d\n0,1,2,3,4\n\n0,1,2,3,4\n" + test.line + "\n1,5,6,7,8"
			dir := store(t, map[string][]byte{"x.csv": []byte(content)})
			d, names, skipped, err := read(filepath.Join(dir, "x.csv"), dir, Options{})
			if err != nil {
				t.Fatal(err)
			}
			want, images := []string(nil), 4
			if test.want != "" {
				want, images = []string{"x.csv:5: " + test.want}, 3
			}
			if diff := cmp.Diff(want, skipped); diff != "" {
				t.Errorf("skipped: -want +got:\n%s", diff)
			}
			if n := d.Train.Len() + d.Test.Len(); n != images || len(names) != 2 || d.Height != 2 || d.Width != 2 {
				t.Errorf("%d images of %dx%d in classes %q: want %d of 2x2 in two", n, d.Height, d.Width, names, images)
			}
			for i, label := range d.Train.Labels {
				first := 1 + 4*label
				if pixels := d.Train.Images[4*i:][:4]; !bytes.Equal(pixels, []byte{first, first + 1, first + 2, first + 3}) {
					t.Errorf("image of label %d is %v", label, pixels)
				}
			}
		})
	}
}

func TestCSVFaults(t *testing.T) {
	for _, test := range []struct{ name, content, want string }{
		{"empty", "", "has no usable image, and 0 that were skipped"},
		{"header only", "label,p0,p1,p2,p3\n", "has no usable image, and 0 that were skipped"},
		{"no square", "0,1,2,3\n1,1,2,3\n", "has no usable image, and 2 that were skipped"},
		{"label only", "0\n1\n", "has no usable image, and 2 that were skipped"},
		{"one class", "0,1\n0,2\n", "must have 2 to 256 classes (got 1)"},
		{"endless line", strings.Repeat("0,", 1<<20), fmt.Sprintf("lines must have at most %d bytes (got a longer one)", maxLine)},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := store(t, map[string][]byte{"x.csv": []byte(test.content)})
			path := filepath.Join(dir, "x.csv")
			_, _, _, err := read(path, dir, Options{})
			checkFault(t, err, path+": "+test.want)
		})
	}
}

// With a size given, images may be rectangles.
func TestCSVSize(t *testing.T) {
	dir := store(t, map[string][]byte{"x.csv": []byte("0,1,2\n1,3,4\n1,5,6\n1,7\n")})
	d, _, skipped, err := read(filepath.Join(dir, "x.csv"), dir, Options{Height: 2, Width: 1})
	if err != nil || d.Height != 2 || d.Width != 1 || d.Train.Len() != 2 || d.Test.Len() != 1 {
		t.Fatalf("%+v, %v: want 3 images of 2x1", d, err)
	}
	if diff := cmp.Diff([]string{"x.csv:4: must have 3 columns, a label and 2x1 pixels (got 2)"}, skipped); diff != "" {
		t.Errorf("skipped: -want +got:\n%s", diff)
	}
}

// Names are those of the labels, and an image whose label has no name is skipped.
func TestCSVNames(t *testing.T) {
	dir := store(t, map[string][]byte{"x.csv": []byte("0,1\n0,2\n2,3\n1,4\n1,5\n")})
	d, names, skipped, err := read(filepath.Join(dir, "x.csv"), dir, Options{Names: []string{"a", "b"}})
	if err != nil || d.Classes != 2 || d.Train.Len()+d.Test.Len() != 4 {
		t.Fatalf("%+v, %v: want 4 images in two classes", d, err)
	}
	if diff := cmp.Diff([]string{"a", "b"}, names); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"x.csv:3: label must be 0 to 1, which have names (got 2)"}, skipped); diff != "" {
		t.Errorf("skipped: -want +got:\n%s", diff)
	}
}

// The split takes its part of each class, loses and duplicates nothing, and depends
// only on the seed.
func TestSplit(t *testing.T) {
	var lines strings.Builder
	classes := []int{100, 20, 7, 2, 1}
	id := 0
	for label, n := range classes {
		for range n {
			fmt.Fprintf(&lines, "%d,%d\n", label, id)
			id++
		}
	}
	dir := store(t, map[string][]byte{"x.csv": []byte(lines.String())})
	split := func(seed uint64) *mnist.Dataset {
		d, _, err := Read(filepath.Join(dir, "x.csv"), Options{TestFraction: 0.15, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := split(1)
	seen := map[byte]bool{}
	for _, image := range append(bytes.Clone(d.Train.Images), d.Test.Images...) {
		seen[image] = true
	}
	if len(seen) != id || d.Train.Len()+d.Test.Len() != id {
		t.Errorf("%d of %d different images: want %d", len(seen), d.Train.Len()+d.Test.Len(), id)
	}
	for label, want := range []int{15, 3, 1, 1, 0} { // 0.15 of 7 is 1.05, and one of two is for testing
		if got := bytes.Count(d.Test.Labels, []byte{byte(label)}); got != want {
			t.Errorf("%d test images of class %d: want %d", got, label, want)
		}
	}
	if diff := cmp.Diff(d, split(1), cmp.AllowUnexported(mnist.Dataset{})); diff != "" {
		t.Errorf("the same seed gives other data:\n%s", diff)
	}
	if bytes.Equal(d.Test.Images, split(2).Test.Images) {
		t.Error("two seeds give the same test set")
	}
}
