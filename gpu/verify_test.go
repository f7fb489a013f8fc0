//go:build cuda && linux

package gpu

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/gpu/sim"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/nn"
	"mnistgpu/internal/verify"
)

// allowance is what verify.Options are told of each precision.
var allowance = map[Precision]float64{FP32: verify.Float32, TF32: verify.TF32, BF16: verify.BFloat16}

// verified opens a backend of that precision whose steps the CPU verifies, verb by verb.
func verified(p Precision, every int, factors float64) func() (backend.Backend, error) {
	return func() (backend.Backend, error) {
		b, err := Open(Options{Precision: p, Engine: Ops})
		if err != nil {
			return nil, err
		}
		oracle, err := onCPU()
		return withOracle{verify.New(b, oracle, verify.Options{Every: every, Factors: factors}), oracle}, err
	}
}

// withOracle closes the oracle too.
type withOracle struct {
	backend.Backend
	oracle backend.Backend
}

func (w withOracle) Close() error { return errors.Join(w.Backend.Close(), w.oracle.Close()) }

// TestVerifyGoodRuns verifies each of 300 steps in float32, and of 60 with rounded
// factors, by each method. None may be found wrong, and the result must have the bits of a run
// that is not verified.
func TestVerifyGoodRuns(t *testing.T) {
	useDevice(t)
	for _, p := range []Precision{FP32, TF32, BF16} {
		for _, rule := range []nn.Optimizer{plain, momentum, adam} {
			t.Run(fmt.Sprintf("%v, %s", p, rule.Method), func(t *testing.T) {
				task := small
				task.steps, task.rule = 60, rule
				if p == FP32 {
					task.steps = 300
				}
				want, err := task.trainOn(opener(Options{Precision: p, Engine: Ops}))
				if err != nil {
					t.Fatal(err)
				}
				got, err := task.trainOn(verified(p, 1, allowance[p]))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got, cmp.AllowUnexported(outcome{})); diff != "" {
					t.Errorf("verified steps are unlike others (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// TestVerifyTellsPrecisions asks that float32's limits are too narrow for rounded
// factors.
func TestVerifyTellsPrecisions(t *testing.T) {
	simulate(t)
	for _, p := range []Precision{TF32, BF16} {
		_, err := small.trainOn(verified(p, 1, verify.Float32))
		if wrong := new(verify.MismatchError); !errors.As(err, &wrong) || wrong.Step != 0 {
			t.Errorf("%v passes for fp32: %v", p, err)
		}
	}
}

// TestVerifyFindsFlips turns over the highest bit of the exponent in the result of a
// product, and of all that follow, of a training that is verified every third step.
// That must be found in the next of these, unless it has changed nothing, as below a
// ReLU, or has left the finite numbers, which runs look for themselves.
func TestVerifyFindsFlips(t *testing.T) {
	task := small
	task.steps = 9
	const every = 3
	for _, p := range []Precision{FP32, TF32, BF16} {
		open := verified(p, every, allowance[p])
		device := simulate(t)
		want, err := task.trainOn(open)
		if err != nil {
			t.Fatal(err)
		}
		passed, found, flips := 0, 0, 0
		for product := 1; product <= device.Products(); product++ {
			for _, element := range []int{0, 17, 1 << 20} {
				device := simulate(t)
				device.Flip(sim.Flip{Product: product, Element: element, Bit: 30, Always: true})
				got, err := task.trainOn(open)
				wrong := new(verify.MismatchError)
				flips++
				switch {
				case errors.As(err, &wrong) && wrong.Step%every == every-1:
					found++
				case err != nil || !cmp.Equal(want.params, got.params) && allFinite(got.params):
					t.Errorf("%v, product %d, element %d: not found: %v", p, product, element, err)
					continue
				}
				passed++
			}
		}
		t.Logf("%v: passed %d of %d, found %d", p, passed, flips, found)
		if found < flips*8/10 {
			t.Errorf("%v: found %d of %d", p, found, flips)
		}
	}
}

func allFinite(params [][]float32) bool {
	for _, p := range params {
		for _, x := range p {
			if x-x != 0 {
				return false
			}
		}
	}
	return true
}
