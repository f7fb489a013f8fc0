//go:build cuda && linux

package gpu

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/gpu/sim"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/backend/backendtest"
)

// TestEpilogues trains with cuBLASLt, and with one that is missing, has no algorithm,
// or loses NaN. The simulated device adds in one order, so the results must have the
// same bits; only the number of launches shows what added the bias.
func TestEpilogues(t *testing.T) {
	task := small
	task.rule = noL2
	simulate(t)
	want, err := task.trainOn(opener(Options{Engine: Fused}))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		epilogues sim.Epilogues
		launches  int
	}{
		"good":         {sim.GoodEpilogues, 6},
		"no library":   {sim.NoLibrary, 7},
		"no algorithm": {sim.NoAlgorithm, 7},
		"NaN to 0":     {sim.EpiloguesZeroNaN, 7},
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t).SetEpilogues(test.epilogues)
			got, err := task.trainOn(opener(Options{Engine: Fused}))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(outcome{})); diff != "" {
				t.Errorf("training differs (-want +got):\n%s", diff)
			}
			b, err := Open(Options{Engine: Fused, NoGraph: true})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			trainer, err := task.newTrainer(b)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(trainer.calls(t, 1)); n != test.launches {
				t.Errorf("%d launches a step, want %d", n, test.launches)
			}
			if err := forwardNaN(t).Run(b); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestEpiloguesArePrecise checks that a forward pass has the precision of the options.
func TestEpiloguesArePrecise(t *testing.T) {
	simulate(t)
	for p, want := range map[Precision]float32{FP32: 1 + 0x1p-12, TF32: 1, BF16: 1} {
		b, err := Open(Options{Precision: p})
		if err != nil {
			t.Fatal(err)
		}
		u := uploader{b: b}
		x, w, bias := upload(&u, 1, 1, []float32{1 + 0x1p-12}), upload(&u, 1, 1, []float32{1}), upload(&u, 1, 1, []float32{0})
		y := upload(&u, 1, 1, []float32{0})
		if u.err != nil {
			t.Fatal(u.err)
		}
		graph, err := b.Capture(func(ops backend.Ops) { ops.LinearForward(y, x, w, bias, backend.ReLU) })
		if err == nil {
			err = graph.Replay()
		}
		if err != nil {
			t.Fatal(err)
		}
		got, err := backend.Download[float32](b, y)
		if err := errors.Join(err, b.Close()); err != nil {
			t.Fatal(err)
		}
		if got[0] != want {
			t.Errorf("%v: %v, want %v", p, got[0], want)
		}
	}
}

// forwardNaN returns the suite's check that a forward pass keeps NaN.
func forwardNaN(t *testing.T) backendtest.Check {
	t.Helper()
	for _, check := range backendtest.Checks() {
		if strings.HasSuffix(check.Name, "LinearForward/NaN") {
			return check
		}
	}
	t.Fatal("the suite has no such check")
	return backendtest.Check{}
}

// TestLostNaNShows has cuBLASLt keep NaN while a step is recorded, and lose it when the
// step runs. The suite must find that.
func TestLostNaNShows(t *testing.T) {
	device := simulate(t)
	b, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := forwardNaN(t).Run(laterZero{b, device}); err == nil {
		t.Error("a ReLU that makes 0 of NaN passes")
	}
}

type laterZero struct {
	backend.Backend
	device *sim.Device
}

func (l laterZero) Capture(step func(backend.Ops)) (backend.Graph, error) {
	l.device.SetEpilogues(sim.GoodEpilogues)
	defer l.device.SetEpilogues(sim.EpiloguesZeroNaN)
	return l.Backend.Capture(step)
}
