package train

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// holdOutStream is the generator's stream for the choice of the validation set.
const holdOutStream = 4

// held is the number of images to hold out for validation.
func (c Config) held(images int) int {
	return int(math.Round(c.ValFraction * float64(images)))
}

// holdOut divides the images of the given labels into those to learn from and those to
// validate with, each in their original order. The held-out share of each class is that
// of the whole set, up to one image: the classes whose share is rounded down the most
// make up the difference. The seed determines which images are held out.
func holdOut(labels []byte, held int, seed uint64) (learn, validate []int32) {
	var classes [256][]int32
	for i, label := range labels {
		classes[label] = append(classes[label], int32(i))
	}
	draw := rand.New(rand.NewPCG(seed, holdOutStream))
	var sizes [256]int
	for k, images := range classes {
		sizes[k] = len(images)
	}
	for k, n := range shares(sizes[:], held, len(labels)) {
		images := classes[k]
		shuffle(images, draw)
		validate = append(validate, images[:n]...)
		learn = append(learn, images[n:]...)
	}
	slices.Sort(learn)
	slices.Sort(validate)
	return learn, validate
}

// shares divides held among the classes, in proportion to their sizes, by the
// method of the largest remainder. The sizes add up to total.
func shares(sizes []int, held, total int) []int {
	shares := make([]int, len(sizes))
	byRemainder := make([]int, len(sizes))
	left := held
	for k, size := range sizes {
		shares[k] = size * held / total
		byRemainder[k] = k
		left -= shares[k]
	}
	slices.SortStableFunc(byRemainder, func(a, b int) int {
		return cmp.Compare(sizes[b]*held%total, sizes[a]*held%total)
	})
	for _, k := range byRemainder[:left] {
		shares[k]++
	}
	return shares
}
