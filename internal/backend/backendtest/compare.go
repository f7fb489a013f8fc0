package backendtest

import (
	"fmt"
	"math"
)

// u is the unit roundoff of float32: a correct rounding is off by at most u
// times the value.
const u = 0x1p-24

// A rule says how far an output may be from the Reference's. A NaN must be NaN in both,
// so that no comparison passes because of a NaN.
type rule struct {
	judge func(got, want, size []float64) error

	// sized says that judge needs size: what the Reference computes from the absolute
	// values of all inputs, with every difference turned into a sum.
	sized bool
}

// exact requires equal values. It suits whole numbers, indices and counts.
var exact = near(0)

// near requires |got - want| <= limit.
func near(limit float64) rule {
	return rule{judge: func(got, want, _ []float64) error {
		return each(got, want, func(i int) (e, _ float64) { return math.Abs(got[i] - want[i]), limit })
	}}
}

// within requires |got - want| <= limits[i].
func within(limits []float64) rule {
	return rule{judge: func(got, want, _ []float64) error {
		return each(got, want, func(i int) (e, limit float64) { return math.Abs(got[i] - want[i]), limits[i] })
	}}
}

const (
	// rmsLimit bounds the root mean square of e over rmsOutputs outputs or more. Float32
	// sums in any order stay below it on data without a common sign (sequential 0.5,
	// truncating 3.7); inputs cut to the 11 bits of TF32 give 50 and more.
	rmsLimit   = 4
	rmsOutputs = 1000
)

// sum requires of float32 sums, in which the longest chain of roundings is n, that
//
//	e = |got - want| / (u·size)
//
// is at most min(n, 2√n+2) everywhere, and that its root mean square is at most
// rmsLimit. The n is the worst case (Higham, Accuracy and Stability, ch. 3) and the
// other a generous multiple of √n, which independent roundings give. An error relative
// to the result has no bound, since terms may cancel.
func sum(n int) rule { return sumOf(n, 0) }

// splitSum is sum for products of bytes with a number in two parts: there are twice as
// many, with a factor that may be off by 2⁻²³, which is 2u.
func splitSum(n int) rule { return sumOf(2*n, 2) }

// sumOf is sum where each product may also be off by factor·u. That error goes as often
// one way as the other, and adds almost nothing to the root mean square.
func sumOf(n int, factor float64) rule {
	limit := min(float64(n), 2*math.Sqrt(float64(n))+2) + factor
	return rule{sized: true, judge: func(got, want, size []float64) error {
		squares := 0.0
		err := each(got, want, func(i int) (float64, float64) {
			if got[i] == want[i] {
				return 0, limit
			}
			e := math.Abs(got[i]-want[i]) / (u * size[i])
			squares += e * e
			return e, limit
		})
		if err != nil || len(got) < rmsOutputs {
			return err
		}
		if rms := math.Sqrt(squares / float64(len(got))); !(rms <= rmsLimit) {
			return fmt.Errorf("errors have a root mean square of %.3g u·Σ|x||y|, limit %d", rms, rmsLimit)
		}
		return nil
	}}
}

// frobenius requires ‖got - want‖ <= limit·‖want‖ in the Frobenius norm.
func frobenius(limit float64) rule {
	return rule{judge: func(got, want, _ []float64) error {
		var difference, norm float64
		for i := range want {
			difference += (got[i] - want[i]) * (got[i] - want[i])
			norm += want[i] * want[i]
		}
		if e := math.Sqrt(difference / norm); !(e <= limit) {
			return fmt.Errorf("relative Frobenius error is %.3g, limit %.3g", e, limit)
		}
		return nil
	}}
}

// each compares element by element: measure returns the error of element i and its
// limit, and is not called for elements that are NaN in both.
func each(got, want []float64, measure func(i int) (e, limit float64)) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d elements, want %d", len(got), len(want))
	}
	for i := range got {
		if math.IsNaN(got[i]) && math.IsNaN(want[i]) {
			continue
		}
		if e, limit := measure(i); !(e <= limit) {
			return fmt.Errorf("element %d is %v, want %v: error %.3g, limit %.3g", i, got[i], want[i], e, limit)
		}
	}
	return nil
}

// sameBits requires equal bits, but treats every NaN as the same.
func sameBits(got, want []float64) error {
	for i := range got {
		if math.IsNaN(got[i]) && math.IsNaN(want[i]) {
			continue
		}
		if math.Float64bits(got[i]) != math.Float64bits(want[i]) {
			return fmt.Errorf("element %d is %v, was %v", i, got[i], want[i])
		}
	}
	return nil
}
