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

func TestPTXComputesTheFormulas(t *testing.T) {
	module := shipped(t)
	for name, list := range trials(long) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, variant := range []ptx.Variant{{Exp: -1}, {Fuse: true, Exp: 1}} {
				m := &machine{module: module, variant: variant, limit: 1 << 30, kernels: map[string]*ptx.Kernel{}}
				for _, trial := range list {
					if _, err := m.try(trial); err != nil {
						t.Errorf("%+v: %v", variant, err)
					}
				}
			}
		})
	}
}
