package backendtest

import (
	"slices"
	"strings"
	"testing"

	"mnistgpu/internal/backend"
)

// splitFactor changes what bytes are multiplied by: w forward and dy backward.
func splitFactor(fault string, change func(matrix)) []mutant {
	other := func(x backend.Input, factor tensor) tensor {
		if _, ok := x.(backend.Rows); ok {
			return dense(factor, change)
		}
		return factor
	}
	return []mutant{
		forward(fault, func(good func(forwardCall), c forwardCall) {
			c.w = other(c.x, c.w)
			good(c)
		}),
		backwardWeight(fault, func(good func(weightCall), c weightCall) {
			c.dy = other(c.x, c.dy)
			good(c)
		}),
		linearSGD(fault, func(good func(fusedCall), c fusedCall) {
			c.dy = other(c.x, c.dy)
			good(c)
		}),
	}
}

// lowPart multiplies the part of each number after its first 11 bits by the given
// factor.
func lowPart(by float64) func(matrix) {
	return func(m matrix) {
		whole := slices.Clone(m.values)
		cut(tf32)(m)
		for i, high := range m.values {
			m.values[i] = high + by*(whole[i]-high)
		}
	}
}

// TestSplitMutants checks that factors of 23 bits pass the checks of a backend that
// splits them, and that those whose second part is missing, or in a wrong place, are
// found.
func TestSplitMutants(t *testing.T) {
	for _, m := range splitFactor("23 bits", cut(23)) {
		verb, _, _ := strings.Cut(m.name, ":")
		others := func(c Check) bool { return !strings.HasPrefix(c.Name, verb) }
		if check, err := m.kill(slices.DeleteFunc(SplitChecks(), others)); err != nil {
			t.Errorf("%s: killed by %s: %v", m.name, check, err)
		}
	}
	for _, m := range slices.Concat(
		splitFactor("no low part", lowPart(0)),
		splitFactor("low part at half of its place", lowPart(0.5)),
		splitFactor("low part at twice its place", lowPart(2)),
	) {
		if check, err := m.kill(SplitChecks()); err != nil {
			t.Logf("%s: killed by %s: %v", m.name, check, err)
		} else {
			t.Errorf("%s: survived", m.name)
		}
	}
}
