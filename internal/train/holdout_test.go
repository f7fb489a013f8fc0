package train

import (
	"math/rand/v2"
	"slices"
	"testing"

	"mnistgpu/internal/backend/backendtest"
)

// unbalanced has 60, 30, 9 and 1 images of four classes, in random order.
func unbalanced() []byte {
	labels := slices.Concat(slices.Repeat([]byte{0}, 60), slices.Repeat([]byte{1}, 30), slices.Repeat([]byte{2}, 9), []byte{200})
	draw := rand.New(rand.NewPCG(1, 0))
	draw.Shuffle(len(labels), func(i, j int) { labels[i], labels[j] = labels[j], labels[i] })
	return labels
}

func TestHoldOutIsStratified(t *testing.T) {
	labels := unbalanced()
	learn, validate := holdOut(labels, 20, 1)
	all := slices.Concat(learn, validate)
	slices.Sort(all)
	for i, image := range all {
		if image != int32(i) {
			t.Fatalf("%v and %v are not the images once each", learn, validate)
		}
	}
	if len(all) != len(labels) || !slices.IsSorted(learn) || !slices.IsSorted(validate) {
		t.Errorf("%v and %v are not all images in order", learn, validate)
	}
	count := map[byte]int{}
	for _, image := range validate {
		count[labels[image]]++
	}
	// A fifth of each: 12, 6, 1.8 and 0.2 images.
	if count[0] != 12 || count[1] != 6 || count[2] != 2 || count[200] != 0 {
		t.Errorf("held out %v of the classes", count)
	}
}

func TestHoldOutGoesByTheSeed(t *testing.T) {
	_, first := holdOut(unbalanced(), 20, 1)
	_, again := holdOut(unbalanced(), 20, 1)
	_, other := holdOut(unbalanced(), 20, 2)
	if !slices.Equal(first, again) {
		t.Errorf("the same seed held out %v and %v", first, again)
	}
	if slices.Equal(first, other) {
		t.Errorf("two seeds held out the same %v", first)
	}
}

func TestSharesAddUp(t *testing.T) {
	for held := range 101 {
		got := shares([]int{33, 33, 33, 1}, held, 100)
		sum := 0
		for k, size := range []int{33, 33, 33, 1} {
			sum += got[k]
			if d := got[k]*100 - size*held; d <= -100 || d >= 100 {
				t.Errorf("of %d the class %d has %d, more than one off its share", held, k, got[k])
			}
		}
		if sum != held {
			t.Errorf("%v add up to %d, not %d", got, sum, held)
		}
	}
}

// TestValidationImagesAreNotLearned spoils the images that are held out: the weights
// must not change, and the validation loss must.
func TestValidationImagesAreNotLearned(t *testing.T) {
	c := tinyConfig()
	c.ValFraction = 0.25
	want, l := run(t, c, 64)
	if l.plan.TrainImages != 15 || l.plan.ValImages != 5 || l.plan.StepsPerEpoch != 2 {
		t.Errorf("planned %+v, want 15 images, 5 held out, and 2 steps", l.plan)
	}
	spoilt := *tiny
	spoilt.Train.Images = slices.Clone(tiny.Train.Images)
	_, validate := holdOut(tiny.Train.Labels, 5, c.Seed)
	for _, image := range validate {
		for i := range 16 {
			spoilt.Train.Images[int(image)*16+i] ^= 0xff
		}
	}
	got, err := Run(t.Context(), new(backendtest.Reference), &spoilt, c, new(log), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !sameModel(got.Model, want.Model) {
		t.Error("images that were held out changed the weights")
	}
	if got.History[0].ValLoss == want.History[0].ValLoss || got.History[0].Loss != want.History[0].Loss {
		t.Errorf("the records are %+v and %+v", got.History[0], want.History[0])
	}
}

// TestValidationIsThatOfTheModel runs the held-out images through the model.
func TestValidationIsThatOfTheModel(t *testing.T) {
	c := tinyConfig()
	c.ValFraction, c.Batch = 0.3, Full
	r, _ := run(t, c, 4) // 14 images in chunks of 4, and 6
	_, validate := holdOut(tiny.Train.Labels, 6, c.Seed)
	var split = tiny.Train
	split.Images, split.Labels = nil, nil
	for _, image := range validate {
		split.Images = append(split.Images, tiny.Train.Images[image*16:image*16+16]...)
		split.Labels = append(split.Labels, tiny.Train.Labels[image])
	}
	a, err := Evaluate(new(backendtest.Reference), r.Model, split)
	if err != nil {
		t.Fatal(err)
	}
	last := r.History[len(r.History)-1]
	// A model has float32 numbers, and the reference computes in float64.
	if d := a.Loss - last.ValLoss; !(d >= -1e-6 && d <= 1e-6) || a.Accuracy != last.ValAccuracy {
		t.Errorf("validation gave %v and %v, want %v and %v", last.ValLoss, last.ValAccuracy, a.Loss, a.Accuracy)
	}
}

func TestHoldOutOfNothingIsRefused(t *testing.T) {
	for fraction, want := range map[float64]string{
		0.01: "a validation set of 0.01 of 20 images has 0, and leaves 20 to train on",
		0.99: "a validation set of 0.99 of 20 images has 20, and leaves 0 to train on",
	} {
		c := tinyConfig()
		c.ValFraction = fraction
		if err := c.CheckFor(20); err == nil || err.Error() != want {
			t.Errorf("CheckFor says %v, want %q", err, want)
		}
	}
}
