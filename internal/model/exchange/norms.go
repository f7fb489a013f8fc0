package exchange

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"mnistgpu/internal/model/fold"
)

// Epsilon is what a batch normalization adds to the variance, by default of PyTorch and
// Flax. Keras adds kerasEpsilon. Files do not have it.
const (
	Epsilon      = 1e-5
	kerasEpsilon = 1e-3
)

// A placed batch normalization comes after a number of linear layers, before or after
// the last one's ReLU.
type placed struct {
	*layer
	after     int // linear layers
	rectified bool
}

// place finds the places of batch normalizations among linear layers in their order. If
// all names have numbers and are otherwise equal, as in a Sequential of PyTorch, the
// numbers tell the places; and if ReLUs are counted among them, also the sides of the
// ReLUs. Otherwise the first normalization belongs to the first layer, and so on, and
// rectified is the side. It reports whether that was assumed for some of them.
func place(norms, linear []*layer, counted, rectified bool) (list []placed, assumed bool, err error) {
	numbers := numbersOf(slices.Concat(norms, linear))
	norms = slices.SortedFunc(slices.Values(norms), func(a, b *layer) int { return compareNames(a.name, b.name) })
	for i, l := range norms {
		p := placed{l, i + 1, rectified}
		if numbers != nil {
			p.after, _ = slices.BinarySearchFunc(linear, numbers[l], func(l *layer, n int) int { return cmp.Compare(numbers[l], n) })
			if counted && p.after > 0 {
				p.rectified = numbers[l] > numbers[linear[p.after-1]]+1
			}
		}
		if p.after > len(linear) {
			return nil, false, fmt.Errorf("has more batch normalizations than linear layers, without names that tell their places (such as %q)", l.name)
		}
		assumed = assumed || p.after > 0 && (numbers == nil || !counted)
		list = append(list, p)
	}
	return list, assumed, nil
}

// numbersOf returns the numbers in the names of layers, or nil if the names have none or
// differ in more than them.
func numbersOf(layers []*layer) map[*layer]int {
	numbers := map[*layer]int{}
	for _, l := range layers {
		all := digits.FindAllString(l.name, -1)
		if len(all) == 0 || digits.ReplaceAllString(l.name, "#") != digits.ReplaceAllString(layers[0].name, "#") {
			return nil
		}
		n, err := strconv.Atoi(all[len(all)-1])
		if err != nil {
			return nil
		}
		numbers[l] = n
	}
	return numbers
}

// affine is what a batch normalization does to each unit:
//
//	y = gamma · (x - mean) / sqrt(variance + epsilon) + beta
//
// Source: Ioffe and Szegedy, Batch Normalization, 2015, in its form for inference.
func (l *layer) affine(epsilon float64) fold.Affine {
	n := len(l.mean.Values)
	a := fold.Affine{Scale: make([]float64, n), Shift: make([]float64, n)}
	for i := range n {
		gamma, beta := 1.0, 0.0
		if l.weight != nil {
			gamma = float64(l.weight.Values[i])
		}
		if l.bias != nil {
			beta = float64(l.bias.Values[i])
		}
		a.Scale[i] = gamma / math.Sqrt(float64(l.variance.Values[i])+epsilon)
		a.Shift[i] = beta - float64(l.mean.Values[i])*a.Scale[i]
	}
	return a
}
