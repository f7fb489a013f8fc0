package train

import (
	"slices"
	"testing"

	"mnistgpu/internal/backend/backendtest"
)

func TestCheckForCountsSteps(t *testing.T) {
	for _, test := range []struct {
		batch, epochs, images int
		want                  string
	}{
		{21, 1, 20, "a batch of 21 is larger than the training set of 20 images"},
		{1, 10_000_000, 20, "10000000 epochs of 20 steps are more than 10000000 steps"},
	} {
		c := Preset("default")
		c.Batch, c.Epochs = test.batch, test.epochs
		if err := c.CheckFor(test.images); err == nil || err.Error() != test.want {
			t.Errorf("CheckFor says %v, want %q", err, test.want)
		}
	}
}

func TestShuffleKeepsEveryImage(t *testing.T) {
	f, err := newFeed(new(backendtest.Reference), stripes(50, 1), inOrder(stripes(50, 1)), 1)
	if err != nil {
		t.Fatal(err)
	}
	_, draw := newShuffle(1)
	sorted := slices.Clone(f.permutation)
	last := sorted
	for range 3 {
		if err := f.shuffle(draw); err != nil {
			t.Fatal(err)
		}
		if slices.Equal(f.permutation, last) {
			t.Error("a shuffle changed nothing")
		}
		last = slices.Clone(f.permutation)
		if slices.Sort(f.permutation); !slices.Equal(f.permutation, sorted) {
			t.Fatalf("shuffled to %v", last)
		}
		copy(f.permutation, last)
	}
}
