package convert

import (
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/mnist"
)

// The reason says what a first line has and what is wanted, and each pixel must be a
// decimal number.
func TestCSVWithoutASize(t *testing.T) {
	for line, want := range map[string]string{
		"0":                      "must have a label and the pixels of a square, up to 65536 (got 1 columns)",
		"0,1,2,3":                "must have a label and the pixels of a square, up to 65536 (got 4 columns)",
		"0,1a":                   `column 2 must be a whole number from 0 to 255 (got "1a")`,
		"0,12345678901234567890": `column 2 must be a whole number from 0 to 255 (got "12345678901234567890")`,
	} {
		dir := store(t, map[string][]byte{"x.csv": []byte(line + "\n0,1\n1,1\n1,1\n0,1\n")})
		_, _, skipped, err := read(filepath.Join(dir, "x.csv"), dir, Options{})
		if diff := cmp.Diff([]string{"x.csv:1: " + want}, skipped); diff != "" || err != nil {
			t.Errorf("%s: %v -want +got:\n%s", line, err, diff)
		}
	}
}

// A byte order mark before an image is not part of its label, and the line of the
// largest image is longer than a scanner accepts by default.
func TestCSVOfTheLargestImages(t *testing.T) {
	line := "0" + strings.Repeat(",1", mnist.MaxPixels) + "\n"
	content := "\ufeff" + strings.Repeat(line+"1"+line[1:], 2)
	dir := store(t, map[string][]byte{"x.csv": []byte(content)})
	d, _, skipped, err := read(filepath.Join(dir, "x.csv"), dir, Options{})
	if err != nil || skipped != nil || d.Height != 256 || d.Train.Len()+d.Test.Len() != 4 {
		t.Errorf("%v, skipped %q: want four images of 256x256", err, skipped)
	}
	_, _, err = Read(os.DevNull, Options{})
	checkFault(t, err, os.DevNull+": is not a regular file")
}

// A full collector reports that, whatever filled it. Its memory is not touched.
func TestFullCollectors(t *testing.T) {
	dir := store(t, map[string][]byte{"x.csv": []byte("0,1\n"), "folder/a/1.png": encode(t, 1, 1, color.White)})
	many := collector{labels: make([]byte, mnist.MaxImages)}
	large := collector{pixels: make([]byte, mnist.MaxBytes)}
	for _, c := range []collector{many, large} {
		if err := c.add(1, 1, []byte{1}, 0); err == nil || !strings.Contains(err.Error(), "must have at most 1000000 images and 536870912 bytes") {
			t.Errorf("one image more gave %v", err)
		}
		c.path = filepath.Join(dir, "x.csv")
		if _, err := c.readCSV(); err == nil {
			t.Error("read a CSV file of one image more")
		}
		c.path = filepath.Join(dir, "folder")
		if _, err := c.readFolder(); err == nil {
			t.Error("read a folder of one image more")
		}
	}
}

func TestCheckSize(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {1, mnist.MaxPixels}, {mnist.MaxPixels, 1}, {256, 256}} {
		if err := new(collector).checkSize(size[0], size[1]); err != nil {
			t.Error(err)
		}
	}
	for _, size := range [][2]int{{0, 1}, {1, 0}, {mnist.MaxPixels + 1, 1}, {1, mnist.MaxPixels + 1}} {
		if err := new(collector).checkSize(size[0], size[1]); err == nil {
			t.Errorf("accepted %v", size)
		}
	}
	for _, size := range [][2]int{{1, 2}, {2, 3}} {
		if err := (&collector{height: 1, width: 3}).checkSize(size[0], size[1]); err == nil {
			t.Errorf("accepted %v among images of 1x3", size)
		}
	}
}

// Hidden folders are not classes, dangling links are reported, and folder names that
// cannot be in classes.txt are refused.
func TestFolderOfOddThings(t *testing.T) {
	good := encode(t, 1, 1, color.White)
	dir := store(t, map[string][]byte{"a/1.png": good, "a/2.png": good, "b/1.png": good, "b/2.png": good, ".git/1.png": good})
	for _, link := range []string{"link", "b/link.png"} {
		if err := os.Symlink("nowhere", filepath.Join(dir, link)); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
	}
	_, names, skipped, err := read(dir, dir, Options{})
	if diff := cmp.Diff([]string{"a", "b"}, names); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if len(skipped) != 2 || !strings.HasPrefix(skipped[0], "link: ") || !strings.HasPrefix(skipped[1], "b/link.png: ") {
		t.Errorf("skipped %q: want both links", skipped)
	}
	if _, err := (&collector{path: filepath.Join(dir, "none")}).readFolder(); err == nil {
		t.Error("read a folder that is not there")
	}
}

// A class keeps one training image, whatever the fraction, and there may be as many
// classes as labels.
func TestSplitAtItsLimits(t *testing.T) {
	c := collector{path: "x", options: Options{TestFraction: 0.99}, height: 1, width: 1, pixels: make([]byte, 4), labels: []byte{0, 0, 1, 1}}
	d, err := c.dataset(mnist.MaxClasses)
	if err != nil || d.Train.Len() != 2 || d.Test.Len() != 2 {
		t.Errorf("%v, %v: want two to train and two to test with", d, err)
	}
	if got := (Skipped{"x", 1, "why"}).String(); got != "x:1: why" {
		t.Errorf("the first line is told as %q", got)
	}
}
