package verify

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/cpu"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/model"
	"mnistgpu/internal/nn"
	"mnistgpu/internal/train"
	"mnistgpu/internal/train/traintest"
)

// digits is a data set of 500 images to learn from.
var digits = mnist.Synthetic(500, 100, 1)

// config is a run whose epochs end with a short step.
func config(method nn.Method, batch int) train.Config {
	c := train.Preset("default")
	c.Hidden, c.Batch, c.Epochs, c.L2 = []int{33, 17}, batch, 3, 1e-3
	traintest.SetOptimizer(&c, method)
	return c
}

func openCPU(t *testing.T, kernels string) backend.Backend {
	t.Helper()
	b, err := cpu.Open(cpu.Options{Kernels: kernels, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// chunks is a backend that takes few rows at a time.
type chunks struct {
	backend.Backend
	rows int
}

func (c chunks) ChunkRows() int { return c.rows }

func run(b backend.Backend, c train.Config) (*train.Result, error) {
	return train.Run(context.Background(), b, digits, c, traintest.Silent{}, nil, nil)
}

// TestGoodRuns verifies each step of runs with each method, in one chunk and in many.
// The oracle multiplies in a different way. No step must be found wrong, and verified
// steps must be like others: the models have the same bits.
func TestGoodRuns(t *testing.T) {
	for _, method := range []nn.Method{nn.SGD, nn.Momentum, nn.Adam} {
		for _, rows := range []int{1024, 20} {
			t.Run(fmt.Sprintf("%s, chunks of %d", method, rows), func(t *testing.T) {
				c := config(method, 64)
				want, err := run(chunks{openCPU(t, ""), rows}, c)
				if err != nil {
					t.Fatal(err)
				}
				b := New(chunks{openCPU(t, ""), rows}, openCPU(t, "gonum"), Options{Every: 1}).(*verified)
				got, err := run(b, c)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want.Model, got.Model, cmp.AllowUnexported(model.Model{})); diff != "" {
					t.Errorf("verified steps are unlike others (-want +got):\n%s", diff)
				}
				if b.good != want.Steps-1 || want.Steps < 20 {
					t.Errorf("of %d steps the last one verified is %d", want.Steps, b.good)
				}
			})
		}
	}
}

// TestLongRun takes 800 steps with the default preset's network.
func TestLongRun(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: 80 steps of the whole network by gonum")
	}
	c := train.Preset("default")
	c.Epochs, c.Steps = 0, 800
	b := New(openCPU(t, ""), openCPU(t, "gonum"), Options{Every: 10}).(*verified)
	if _, err := run(b, c); err != nil || b.good != 799 {
		t.Errorf("the last step verified is %d: %v", b.good, err)
	}
}

// TestLies makes a backend write a wrong bit into each output of each verb, at its
// start, in its middle and at its end; with -short, only in the middle. The step must
// be found wrong, and the error must say where.
func TestLies(t *testing.T) {
	parts := []float64{0.5, 0, 1}
	if testing.Short() {
		parts = parts[:1]
	}
	passed, lies := 0, 0
	for _, method := range []nn.Method{nn.SGD, nn.Momentum, nn.Adam} {
		for _, rows := range []int{1024, 20} {
			for _, where := range outputs(t, method, rows) {
				for _, part := range parts {
					where.part = part
					lies++
					if err := testLie(t, method, rows, where); err != nil {
						t.Errorf("%s, chunks of %d, %+v: %v", method, rows, where, err)
						continue
					}
					passed++
				}
			}
		}
	}
	if lies < 100 {
		t.Errorf("only %d lies", lies)
	}
	t.Logf("passed %d of %d", passed, lies)
}

// outputs lists the outputs of all verbs of a step.
func outputs(t *testing.T, method nn.Method, rows int) (list []spot) {
	l := &liar{Backend: chunks{openCPU(t, ""), rows}, step: -1}
	c := config(method, 64)
	c.Epochs, c.Steps = 0, 1
	if _, err := run(l, c); err != nil {
		t.Fatal(err)
	}
	for i, v := range l.verbs {
		for j := range v.writes {
			list = append(list, spot{verb: i, output: j})
		}
	}
	return list
}

// testLie returns an error if a lie is not reported as it should be.
func testLie(t *testing.T, method nn.Method, rows int, where spot) error {
	l := &liar{Backend: chunks{openCPU(t, ""), rows}, step: 5, where: where}
	b := New(l, openCPU(t, "gonum"), Options{Every: 3})
	_, err := run(b, config(method, 64))
	var e *Mismatch
	if !errors.As(err, &e) || !fault.Is(err, fault.WrongNumber) {
		return fmt.Errorf("not found: %v", err)
	}
	v := l.verbs[where.verb]
	if o := v.writes[where.output]; e.Op != v.op || e.Output != o.name || e.Step != 5 || e.LastGood != 2 ||
		e.Index != where.index(o.tensor.Len()) {
		return fmt.Errorf("it lies in %s of %s, element %d: %w", o.name, v.op, where.index(o.tensor.Len()), err)
	}
	return nil
}
