package backendtest

import (
	"slices"
	"testing"
)

// TestTrainingMutants shows that a whole training finds small faults of a method that
// its losses would hide.
func TestTrainingMutants(t *testing.T) {
	checks := Checks()
	training := checks[slices.IndexFunc(checks, func(c Check) bool { return c.Name == "training" })]
	mutants := slices.Concat(updateMutants...)
	for _, name := range []string{
		"SGDStep: lr x 1.0001",
		"MomentumStep: lr x 1.0001",
		"MomentumStep: momentum of 0.899 for 0.9",
		"MomentumStep: L2 beside v",
		"AdamStep: lr x 1.0001",
		"AdamStep: lr of the next step", // the bias is corrected for another step
		"AdamStep: Beta2 of 0.998 for 0.999",
		"AdamStep: epsilon inside the root",
		"AdamStep: L2 beside the means",
	} {
		i := slices.IndexFunc(mutants, func(m mutant) bool { return m.name == name })
		f := newFaulty()
		mutants[i].spoil(f)
		if err := training.Run(f); err == nil {
			t.Errorf("%s: survived", name)
		} else {
			t.Logf("%s: %v", name, err)
		}
	}
}
