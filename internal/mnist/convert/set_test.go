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

// The split takes its part of each class, loses and duplicates nothing, keeps images and
// labels together, and depends only on the seed.
func TestSplit(t *testing.T) {
	var lines strings.Builder
	id := 0
	for label, n := range []int{100, 20, 7, 2, 1} {
		for range n {
			fmt.Fprintf(&lines, "%d,%d,%d,0,200\n", label, id, label)
			id++
		}
	}
	dir := store(t, map[string][]byte{"x.csv": []byte(lines.String())})
	split := func(seed uint64) *mnist.Dataset {
		set, err := Load(filepath.Join(dir, "x.csv"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		d, err := set.Dataset(0.15, seed)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := split(1)
	seen := map[byte]bool{}
	for _, s := range []mnist.Split{d.Train, d.Test} {
		for i, label := range s.Labels {
			image := s.Images[4*i:][:4]
			if seen[image[0]] = true; image[1] != label || image[3] != 200 {
				t.Errorf("image %v has the label %d", image, label)
			}
		}
	}
	if len(seen) != id || d.Train.Len()+d.Test.Len() != id {
		t.Errorf("%d of %d different images: want %d", len(seen), d.Train.Len()+d.Test.Len(), id)
	}
	for label, want := range []int{15, 3, 1, 1, 0} { // 0.15 of 7 is 1.05, and one of two is for testing
		if got := bytes.Count(d.Test.Labels, []byte{byte(label)}); got != want {
			t.Errorf("%d test images of class %d: want %d", got, label, want)
		}
	}
	if bytes.Equal(d.Train.Labels[:20], bytes.Repeat([]byte{0}, 20)) {
		t.Error("the images are not shuffled")
	}
	if diff := cmp.Diff(d, split(1), cmp.AllowUnexported(mnist.Dataset{})); diff != "" {
		t.Errorf("the same seed gives other data:\n%s", diff)
	}
	if bytes.Equal(d.Test.Images, split(2).Test.Images) {
		t.Error("two seeds give the same test set")
	}
}

// A class keeps one training image, whatever the fraction.
func TestSplitAtItsLimits(t *testing.T) {
	set := &Set{Height: 1, Width: 1, Names: []string{"a", "b"}, Train: mnist.Split{Images: make([]byte, 4), Labels: []byte{0, 0, 1, 1}}}
	d, err := set.Dataset(0.99, 0)
	if err != nil || d.Train.Len() != 2 || d.Test.Len() != 2 {
		t.Errorf("%v, %v: want two to train and two to test with", d, err)
	}
	set.Train.Labels = []byte{0, 1, 2, 3}
	if _, err := set.Dataset(0.5, 0); err == nil {
		t.Error("split classes of one image")
	}
	set.Train, set.Test = mnist.Split{}, mnist.Split{Images: make([]byte, 1), Labels: make([]byte, 1)}
	if _, err := set.Dataset(0.5, 0); err == nil {
		t.Error("took test images alone")
	}
}
