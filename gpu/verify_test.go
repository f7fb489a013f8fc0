//go:build cuda && linux

package gpu

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/gpu/sim"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/backend/verify"
	"mnistgpu/internal/nn"
)

// allowance maps each precision to that of verify.Options.
var allowance = map[Precision]verify.Precision{
	FP32: verify.FP32, TF32: verify.TF32, BF16: verify.BF16, Split16: verify.Split16,
}

// verified opens a backend of precision p. The CPU verifies one in `every` steps, verb
// by verb, with the given limits.
func verified(p Precision, every int, limits verify.Precision) func() (backend.Backend, error) {
	return func() (backend.Backend, error) {
		b, err := Open(Options{Precision: p, Engine: Ops})
		if err != nil {
			return nil, err
		}
		return byCPU(b, every, limits)
	}
}

func byCPU(b backend.Backend, every int, limits verify.Precision) (backend.Backend, error) {
	oracle, err := onCPU()
	return withOracle{verify.New(b, oracle, verify.Options{Every: every, Precision: limits}), oracle}, err
}

// withOracle closes the oracle too.
type withOracle struct {
	backend.Backend
	oracle backend.Backend
}

func (w withOracle) Close() error { return errors.Join(w.Backend.Close(), w.oracle.Close()) }

// TestVerifyGoodRuns verifies all steps of runs of 300 steps in float32, and of 60 in
// other precisions, by each method. None may be found wrong, and the result must have
// the bits of a run that is not verified.
func TestVerifyGoodRuns(t *testing.T) {
	useDevice(t)
	for _, p := range []Precision{FP32, TF32, BF16, Split16} {
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

// TestVerifyTellsPrecisions checks that the limits of float32, and those of split
// products, are too narrow for rounded factors.
func TestVerifyTellsPrecisions(t *testing.T) {
	simulate(t)
	for _, p := range []Precision{TF32, BF16} {
		for _, limits := range []Precision{FP32, Split16} {
			_, err := small.trainOn(verified(p, 1, allowance[limits]))
			if wrong := new(verify.Mismatch); !errors.As(err, &wrong) || wrong.Step != 0 {
				t.Errorf("%v passes for %v: %v", p, limits, err)
			}
		}
	}
}

// TestVerifyFindsSplitFaults checks that split products are verified with limits that
// are narrow enough for faults of the low parts, of the weights and of the gradient.
func TestVerifyFindsSplitFaults(t *testing.T) {
	simulate(t)
	for name, p := range map[string]splitProduct{
		"y":  {in: small.pixels, out: small.hidden, other: make([]float32, small.pixels*small.hidden)},
		"dw": {rows: small.batch, out: small.hidden, other: make([]float32, small.batch*small.hidden), backward: true},
	} {
		for title, fault := range p.faults() {
			if fault.after == "gather_halves" {
				continue // it spoils both products
			}
			_, err := small.trainOn(func() (backend.Backend, error) {
				b, err := Open(Options{Precision: Split16, Engine: Ops, NoGraph: true})
				if err != nil {
					return nil, err
				}
				return byCPU(spoilt{b.(*Backend), fault}, 1, verify.Split16)
			})
			if wrong := new(verify.Mismatch); !errors.As(err, &wrong) || wrong.Step != 0 {
				t.Errorf("%s of %s is not found: %v", title, name, err)
			}
		}
	}
}

// TestVerifyFindsFlips inverts the highest bit of the exponent in the result of a
// product, and of all that follow, in a training that is verified every third step. The
// next verified step must find that, unless it has changed nothing, as below a ReLU, or
// has given numbers that are not finite, which runs check for themselves.
func TestVerifyFindsFlips(t *testing.T) {
	task := small
	task.steps = 9
	const every = 3
	for _, p := range []Precision{FP32, TF32, BF16, Split16} {
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
				wrong := new(verify.Mismatch)
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
