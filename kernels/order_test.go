package kernels

import (
	"strings"
	"testing"

	"mnistgpu/kernels/ptx"
)

// TestAnyOrder runs the kernels whose blocks or warps wait for each other in many orders
// of lanes, warps and blocks: with turns so short that lanes hardly run together, and
// with longer ones.
func TestAnyOrder(t *testing.T) {
	module := shipped(t)
	var list []trial
	for _, all := range trials(false) {
		for _, trial := range all {
			for _, name := range []string{
				"two_layer_sgd, {rows:3 ", "cross_entropy, two equal, 9 rows, 3 classes, gradient true", "classifier, [3 33 10], ordinary",
				"classifier_sgd, [3 33 10], L2 0.25, below true", "bias_gradient, whole numbers, 17 rows of 33, slabs of 19", "split, normal numbers, 1 rows of 70, 3 blocks",
			} {
				if strings.HasPrefix(trial.name, name) {
					list = append(list, trial)
				}
			}
		}
	}
	if len(list) < 8 {
		t.Fatalf("only %d trials have these names", len(list))
	}
	seeds := uint64(4)
	if long {
		seeds = 300
	}
	for seed := range seeds {
		schedule := ptx.Schedule{Seed: 1 + seed, Quantum: []int{3, 30, 300}[seed%3], Split: true, Resident: 1 + int(seed%5)}
		m := machine{variant: ptx.Variant{Fuse: seed%2 == 0, Exp: int(seed%3) - 1}, schedule: schedule}.prepare(module)
		for _, trial := range list {
			if _, err := m.try(trial); err != nil {
				t.Errorf("%+v: %v", schedule, err)
			}
		}
	}
}
