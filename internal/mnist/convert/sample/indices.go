package sample

import "math"

// Indices are the indices of the pixels that sparse files have, whose first one is 0 or 1.
type Indices struct {
	Low, High int // the lowest and the highest; High is -1 if there is none

	ink []float64 // the sum of the values at each index
}

// maxInk bounds the memory for sums: that for images of 256x256.
const maxInk = 1 << 16

// NewIndices returns no indices.
func NewIndices() Indices { return Indices{Low: math.MaxInt, High: -1} }

// Add takes account of a value.
func (x *Indices) Add(index int, value float64) {
	x.Low, x.High = min(x.Low, index), max(x.High, index)
	if index >= maxInk {
		return
	}
	if index >= len(x.ink) {
		x.ink = append(x.ink, make([]float64, index+1-len(x.ink))...)
	}
	x.ink[index] += math.Abs(value)
}

// Base returns the index of the first pixel, 0 or 1, the size of the images and why it is
// that index. The size is the one given or, if that is 0, the smallest square.
//
// An index of 0 decides, and one that only fits if the first one is 1. In between, where
// scikit-learn's writer and reader do not agree, the images are taken to be centred from
// left to right.
func (x *Indices) Base(height, width int) (base, h, w int, why string) {
	size := func(base int) (int, int) {
		if height > 0 {
			return height, width
		}
		side := int(math.Ceil(math.Sqrt(float64(x.High + 1 - base))))
		return side, side
	}
	h0, w0 := size(0)
	h1, w1 := size(1)
	switch {
	case x.Low == 0:
		return 0, h0, w0, "since there is one"
	case x.High >= h1*w1:
		return 1, h1, w1, "since the last one is that of a whole image"
	case h0 != h1:
		return 1, h1, w1, "as the format has it"
	}
	if math.Abs(x.imbalance(0, w0)) < math.Abs(x.imbalance(1, w1)) {
		return 0, h0, w0, "since the images are then centred best"
	}
	return 1, h1, w1, "since the images are then centred best"
}

// imbalance returns how far the mean column of all values lies from where it is in
// images that are centred. That is (width-1)/2 for symmetric ones, and width/2 for MNIST,
// whose centre of mass is put on a pixel; in between, either is nearer than what a shift by
// a pixel makes of it.
func (x *Indices) imbalance(base, width int) float64 {
	sum, moment := 0.0, 0.0
	for i, v := range x.ink[min(base, len(x.ink)):] {
		sum += v
		moment += v * float64(i%width)
	}
	if sum == 0 {
		return 0
	}
	return moment/sum - (float64(width)/2 - 0.25)
}
