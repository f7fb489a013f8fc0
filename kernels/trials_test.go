package kernels

import (
	"os"
	"testing"

	"mnistgpu/kernels/ptx"
)

// long reports whether the tests that take minutes are asked for.
var long = os.Getenv("MNISTGPU_LONG") != ""

// shipped is kernels.ptx.
func shipped(t testing.TB) *ptx.Module {
	m, err := ptx.Parse(PTX)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// trials are all of them, by what they are about.
func trials(all bool) map[string][]trial {
	return map[string][]trial{
		"updates":    updateTrials(all),
		"layers":     layerTrials(all),
		"rows":       rowTrials(all),
		"biases":     biasTrials(all),
		"losses":     lossTrials(all),
		"classifier": classifierTrials(all),
		"two layers": twoLayerTrials(all),
	}
}

// ways are how trials are run: as ptxas -O0 would leave the code and one block after
// another; and as -O3 would, in some order of lanes, warps and blocks. Each takes one end
// of the error of ex2.approx.
func ways(seed uint64) []machine {
	return []machine{
		{variant: ptx.Variant{Exp: -1}},
		{variant: ptx.Variant{Exp: 1, Fuse: true}, schedule: ptx.Schedule{Seed: seed, Quantum: 100, Split: true, Resident: 3}},
	}
}

// prepare makes m run kernels of a module.
func (m machine) prepare(module *ptx.Module) *machine {
	m.module, m.kernels, m.limits = module, map[string]*ptx.Kernel{}, map[string]int{}
	return &m
}

func TestPTXComputesTheFormulas(t *testing.T) {
	module := shipped(t)
	for name, list := range trials(long) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, way := range ways(1) {
				m := way.prepare(module)
				for _, trial := range list {
					if _, err := m.try(trial); err != nil {
						t.Errorf("%+v, %+v: %v", m.variant, m.schedule, err)
					}
				}
			}
		})
	}
}
