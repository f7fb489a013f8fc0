package backendtest

import (
	"math"
	"slices"
	"strings"
	"testing"

	"mnistgpu/internal/backend"
)

// A mutant is a fault for an honest backend. Its name starts with the verb or
// the check that it breaks.
type mutant struct {
	name  string
	spoil func(f *faulty)
}

// TestMutants shows that the suite finds faults: each mutant must fail a check, and
// each check must find at least one mutant.
func TestMutants(t *testing.T) {
	mutants := slices.Concat(memoryMutants, graphMutants, forwardMutants, backwardInputMutants,
		backwardWeightMutants, linearSGDMutants, slices.Concat(updateMutants...), slices.Concat(rowsMutants...),
		classifierMutants, twoLayerMutants, gradientMutants, tallyMutants, softmaxMutants, hiddenMutants)
	killed, kills := 0, map[string]int{}
	for _, m := range mutants {
		if check, err := m.kill(Checks()); err != nil {
			killed++
			kills[check]++
			t.Logf("%s: killed by %s: %v", m.name, check, err)
		} else {
			t.Errorf("%s: survived", m.name)
		}
	}
	for _, check := range Checks() {
		if kills[check.Name] == 0 {
			t.Errorf("check %q kills no mutant", check.Name)
		}
	}
	t.Logf("killed %d of %d", killed, len(mutants))
}

// kill returns the first check that the mutant fails. The checks of what it breaks come
// first, to save time.
func (m mutant) kill(checks []Check) (string, error) {
	verb, _, _ := strings.Cut(m.name, ":")
	rank := func(c Check) int {
		if strings.HasPrefix(c.Name, verb) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(checks, func(a, b Check) int { return rank(a) - rank(b) })
	for _, check := range checks {
		f := newFaulty()
		m.spoil(f)
		if err := check.Run(f); err != nil {
			return check.Name, err
		}
	}
	return "", nil
}

// dense copies x to a tensor and changes the copy.
func dense(x backend.Input, change func(m matrix)) backend.Tensor {
	m := read(x)
	t := newTensor(backend.Float32, m.rows, m.cols)
	copy(view(t).values, m.values)
	change(view(t))
	return t
}

// dropColumn and dropRow remove the last term of a product; doubleColumn and doubleRow
// add one too many.
func dropColumn(m matrix)   { scaleColumn(m, m.cols-1, 0) }
func doubleColumn(m matrix) { scaleColumn(m, 0, 2) }
func dropRow(m matrix)      { scaleRow(m, m.rows-1, 0) }
func doubleRow(m matrix)    { scaleRow(m, 0, 2) }

func scaleColumn(m matrix, j int, factor float64) {
	for i := range m.rows {
		m.set(i, j, factor*m.at(i, j))
	}
}

func scaleRow(m matrix, i int, factor float64) {
	for j := range m.cols {
		m.set(i, j, factor*m.at(i, j))
	}
}

// otherLayout reads a (rows, cols) matrix as if it were stored by columns.
func otherLayout(m matrix) {
	stored := slices.Clone(m.values)
	for i := range m.rows {
		for j := range m.cols {
			m.set(i, j, stored[j*m.rows+i])
		}
	}
}

func scaleAll(m matrix, factor float64) {
	for j := range m.cols {
		scaleColumn(m, j, factor)
	}
}

// Bits of the narrower inputs that matrix units may use without being asked to.
const (
	tf32 = 11
	bf16 = 8
)

// cut rounds each element to a number of bits.
func cut(bits int) func(m matrix) {
	return func(m matrix) {
		// Adding and subtracting c·v leaves v rounded (Veltkamp's split).
		c := float64(uint64(1)<<(53-bits)) + 1
		for i, v := range m.values {
			m.values[i] = c*v - (c*v - v)
		}
	}
}

// keep runs compute and then restores t's last n elements.
func keep(t backend.Tensor, n int, compute func()) {
	tail := view(t).values[t.Len()-n:]
	kept := slices.Clone(tail)
	compute()
	copy(tail, kept)
}

// clearNaN turns NaN into 0, as a comparison or a skipped product may.
func clearNaN(t tensor) {
	for i, v := range view(t).values {
		if math.IsNaN(v) {
			view(t).values[i] = 0
		}
	}
}

// duplicate returns a separate tensor with the current elements of t.
func duplicate(t tensor) tensor {
	m := slices.Clone(*t.Buffer.(*memory))
	t.Buffer = &m
	return t
}
