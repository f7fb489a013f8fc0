//go:build cuda && linux

package gpu

import (
	"errors"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/backend/backendtest"
	"mnistgpu/internal/nn"
)

// TestSuite runs the suite of all backends, with everything fused that can be.
func TestSuite(t *testing.T) {
	useDevice(t)
	backendtest.Run(t, opener(Options{Engine: Fused}))
}

// TestSuiteSplit16 is TestSuite for split products. What has nothing to do with
// products is left out.
func TestSuiteSplit16(t *testing.T) {
	useDevice(t)
	products := regexp.MustCompile("^Linear|^training$")
	others := func(c backendtest.Check) bool { return !products.MatchString(c.Name) }
	checks := slices.DeleteFunc(backendtest.SplitChecks(), others)
	if len(checks) == 0 {
		t.Error("the suite has no products")
	}
	backendtest.RunAll(t, checks, opener(Options{Engine: Fused, Precision: Split16}))
}

func onCPU() (backend.Backend, error) { return cpu.Open(cpu.Options{}) }

// TestTraining compares trainings in each precision with one in float64. The limits on
// ‖w - w'‖/‖w'‖ are those of float32 sums in any order after that many steps, wider for
// Adam, and those of factors of 11 and 8 bits after one step; later such trainings
// drift apart. Split products have the limits of float32.
func TestTraining(t *testing.T) {
	useDevice(t)
	float32On := func(p Precision) func() (backend.Backend, error) {
		return opener(Options{Precision: p, Engine: Fused})
	}
	persistent := opener(Options{Engine: Persistent})
	for _, test := range []struct {
		name  string
		open  func() (backend.Backend, error)
		rule  nn.Optimizer
		steps int
		limit float64
	}{
		{"cpu, 1 step", onCPU, plain, 1, 2e-7},
		{"fp32, 1 step", float32On(FP32), plain, 1, 2e-7},
		{"fp32, 10 steps", float32On(FP32), plain, 10, 6e-7},
		{"cpu, 100 steps", onCPU, plain, 100, 2e-6},
		{"fp32, 100 steps", float32On(FP32), plain, 100, 2e-6},
		{"tf32, 1 step", float32On(TF32), plain, 1, 1e-4},
		{"bf16, 1 step", float32On(BF16), plain, 1, 5e-3},
		{"fp32, 1000 steps", float32On(FP32), plain, 1000, 1e-5},
		{"fp32, no L2, 10 steps", float32On(FP32), noL2, 10, 6e-7},
		{"fp32, no L2, 1000 steps", float32On(FP32), noL2, 1000, 1e-5},
		{"tf32, no L2, 1 step", float32On(TF32), noL2, 1, 1e-4},
		{"bf16, no L2, 1 step", float32On(BF16), noL2, 1, 5e-3},
		{"split16, 1 step", float32On(Split16), plain, 1, 2e-7},
		{"split16, no L2, 1 step", float32On(Split16), noL2, 1, 2e-7},
		{"split16, no L2, 100 steps", float32On(Split16), noL2, 100, 2e-6},
		{"split16, each verb by itself, 1000 steps", opener(Options{Precision: Split16, Engine: Ops}), plain, 1000, 1e-5},
		{"split16, Adam, 100 steps", float32On(Split16), adam, 100, 3e-6},
		{"fp32, each verb by itself, 1 step", opener(Options{Engine: Ops}), plain, 1, 2e-7},
		{"fp32, each verb by itself, 100 steps", opener(Options{Engine: Ops}), plain, 100, 2e-6},
		{"fp32, in one kernel, 1 step", persistent, plain, 1, 2e-7},
		{"fp32, in one kernel, 10 steps", persistent, noL2, 10, 6e-7},
		{"fp32, in one kernel, 100 steps", persistent, plain, 100, 2e-6},
		{"cpu, momentum, 100 steps", onCPU, momentum, 100, 2e-6},
		{"fp32, momentum, 100 steps", float32On(FP32), momentum, 100, 2e-6},
		{"cpu, Adam, 100 steps", onCPU, adam, 100, 3e-6},
		{"fp32, Adam, 100 steps", float32On(FP32), adam, 100, 3e-6},
		{"fp32, Adam, 1000 steps", float32On(FP32), adam, 1000, 5e-5},
	} {
		t.Run(test.name, func(t *testing.T) {
			task := small
			task.steps, task.rule = test.steps, test.rule
			want, err := task.trainOn(backendtest.OpenReference)
			if err != nil {
				t.Fatal(err)
			}
			got, err := task.trainOn(test.open)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, got, want, test.limit)
		})
	}
}

// TestWholeNumbers checks that products of small whole numbers are exact in the
// precisions of tensor cores; TestSuite checks it for float32.
func TestWholeNumbers(t *testing.T) {
	useDevice(t)
	for _, p := range []Precision{TF32, BF16} {
		checks := 0
		for _, check := range backendtest.Checks() {
			if !strings.HasSuffix(check.Name, "/whole numbers") {
				continue
			}
			checks++
			t.Run(string(p)+"/"+check.Name, func(t *testing.T) {
				b, err := Open(Options{Precision: p})
				if err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(check.Run(b), b.Close()); err != nil {
					t.Error(err)
				}
			})
		}
		if checks == 0 {
			t.Error("the suite has no whole numbers")
		}
	}
}

// TestPrecisionsDiffer checks that each precision is what it says: on the simulated
// device, which rounds every factor, a step is less accurate with each next precision.
// The fractions have 24, 11 and 8 bits.
func TestPrecisionsDiffer(t *testing.T) {
	simulate(t)
	task := small
	task.steps = 1
	want, err := task.trainOn(backendtest.OpenReference)
	if err != nil {
		t.Fatal(err)
	}
	before := 0.0
	for _, p := range []Precision{FP32, TF32, BF16} {
		got, err := task.trainOn(opener(Options{Precision: p, Engine: Fused}))
		if err != nil {
			t.Fatal(err)
		}
		d := distance(got.params, want.params)
		if !(d > 4*before) {
			t.Errorf("with %v parameters are off by %.2g, with the one before by %.2g", p, d, before)
		}
		before = d
	}
}

// compare applies the limit to the weights, and ten times the limit to the losses,
// which are functions of the weights. Hits may differ where two logits are close: by
// one in each batch.
func compare(t *testing.T, got, want *outcome, limit float64) {
	t.Helper()
	d := distance(got.params, want.params)
	t.Logf("parameters are off by %.2g, limit %.0e", d, limit)
	if !(d <= limit) {
		t.Error("that is too much")
	}
	for i, loss := range want.loss {
		if d := math.Abs(got.loss[i]-loss) / loss; !(d <= 10*limit) {
			t.Errorf("step %d: the loss is %v, want %v", i, got.loss[i], loss)
		}
		if d := got.hits[i] - want.hits[i]; d < -1 || d > 1 {
			t.Errorf("step %d: %d hits, want %d", i, got.hits[i], want.hits[i])
		}
	}
}

// distance is ‖got - want‖/‖want‖ over all parameters.
func distance(got, want [][]float32) float64 {
	var difference, norm float64
	for i, p := range want {
		for j, w := range p {
			d := float64(got[i][j]) - float64(w)
			difference += d * d
			norm += float64(w) * float64(w)
		}
	}
	return math.Sqrt(difference / norm)
}
