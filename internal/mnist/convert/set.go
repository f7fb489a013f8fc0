package convert

import (
	"fmt"
	"math/rand/v2"

	"mnistgpu/internal/mnist"
)

// Dataset returns the images of a set to train and test with. If the set has a test part,
// that is the test set, and all other images are for training, in their order; those of a
// validation part come last. If it has only a validation part, that is the test set. A
// set without parts is shuffled, and testFraction of each class becomes the test set; seed
// determines which. The images of s are moved, not copied.
//
// The error says in one line that there are too few images.
func (s *Set) Dataset(testFraction float64, seed uint64) (*mnist.Dataset, error) {
	d := &mnist.Dataset{Name: s.Name, Height: s.Height, Width: s.Width, Classes: len(s.Names), Names: s.Names, Train: s.Train, Test: s.Test}
	if d.Test.Len() == 0 {
		d.Test = s.Validation
	} else {
		d.Train.Images = append(d.Train.Images, s.Validation.Images...)
		d.Train.Labels = append(d.Train.Labels, s.Validation.Labels...)
	}
	s.Validation = mnist.Split{}
	if d.Test.Len() > 0 {
		if d.Train.Len() == 0 {
			return nil, fmt.Errorf("must have training images (got %d test images alone)", d.Test.Len())
		}
		return d, nil
	}
	order, train := splitOrder(d.Train.Labels, testFraction, seed)
	if train == len(order) {
		return nil, fmt.Errorf("must have a class of two images, one to train and one to test with")
	}
	size := s.Height * s.Width
	permute(d.Train, size, order)
	all := d.Train
	d.Train = mnist.Split{Images: all.Images[:train*size], Labels: all.Labels[:train]}
	d.Test = mnist.Split{Images: all.Images[train*size:], Labels: all.Labels[train:]}
	return d, nil
}

// splitOrder returns the order in which the images of some labels are to be put, and how
// many of them, from the first, are for training.
func splitOrder(labels []byte, testFraction float64, seed uint64) (order []int, train int) {
	quota := testQuota(labels, testFraction)
	var test []int
	for _, i := range rand.New(rand.NewPCG(seed, 0)).Perm(len(labels)) {
		if quota[labels[i]] > 0 {
			quota[labels[i]]--
			test = append(test, i)
		} else {
			order = append(order, i)
		}
	}
	return append(order, test...), len(order)
}

// testQuota returns how many images of each class go into the test set.
func testQuota(labels []byte, fraction float64) (quota [mnist.MaxClasses]int) {
	var count [mnist.MaxClasses]int
	for _, label := range labels {
		count[label]++
	}
	for label, n := range count {
		if n >= 2 {
			share := int(fraction*float64(n) + 0.5)
			quota[label] = min(max(share, 1), n-1)
		}
	}
	return quota
}

// permute puts image order[i] of a split at place i, in place: it follows each cycle of
// the permutation with one image set aside. It clears order.
func permute(s mnist.Split, size int, order []int) {
	image := func(i int) []byte { return s.Images[i*size:][:size] }
	aside := make([]byte, size)
	for start := range order {
		if order[start] < 0 {
			continue
		}
		copy(aside, image(start))
		label := s.Labels[start]
		at := start
		for order[at] != start {
			from := order[at]
			copy(image(at), image(from))
			s.Labels[at] = s.Labels[from]
			order[at], at = -1, from
		}
		copy(image(at), aside)
		s.Labels[at] = label
		order[at] = -1
	}
}
