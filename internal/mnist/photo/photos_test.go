package photo

import (
	"errors"
	"testing"

	"mnistgpu/internal/mnist"
	"mnistgpu/internal/mnist/photo/phototest"
)

// Made photos of a digit are no blank, and those of two are refused. What a network makes of
// them is tested with a trained one.
func TestMadePhotos(t *testing.T) {
	digits := mnist.Synthetic(1, 200, 1).Test
	image := func(i int) []byte { return digits.Images[i%200*784:][:784] }
	const each = 4
	refused := 0
	for k, kind := range phototest.Kinds() {
		for i := range each {
			at := k*each + i
			if _, err := Digit(kind.Make(uint64(at), image(at)), 28, 28); err != nil {
				t.Errorf("%s %d: %v", kind.Name, i, err)
			}
			_, err := Digit(kind.Make(uint64(at), image(at), image(at+1)), 28, 28)
			if errors.Is(err, ErrSeveral) {
				refused++
			} else if err != nil {
				t.Errorf("%s %d, two digits: %v", kind.Name, i, err)
			}
		}
	}
	// Digits may touch, and rules may join them.
	all := each * len(phototest.Kinds())
	if !(float64(refused) >= 0.9*float64(all)) {
		t.Errorf("%d of %d photos of two digits are refused: want nine of ten", refused, all)
	}
}
