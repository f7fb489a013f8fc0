//go:build cuda && linux

package gpu

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/gpu/sim"
	"mnistgpu/internal/backend"
	"mnistgpu/internal/backend/backendtest"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/nn"
	"mnistgpu/internal/train"
	"mnistgpu/internal/train/traintest"
	"mnistgpu/kernels"
)

// TestTwoLayerSuite runs the checks of whole steps, and of trainings with them, in the
// suite of all backends.
func TestTwoLayerSuite(t *testing.T) {
	useDevice(t)
	checks := 0
	for _, check := range backendtest.Checks() {
		if !strings.HasPrefix(check.Name, "TwoLayerSGD") {
			continue
		}
		checks++
		b, err := Open(Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(check.Run(b), b.Close()); err != nil {
			t.Errorf("%s: %v", check.Name, err)
		}
	}
	if checks == 0 {
		t.Error("the suite has no whole steps")
	}
}

// TestLaunchesOfAStretch counts the launches of three steps: one, unless a step is not
// followed by exactly one Advance of its counters by its rows.
func TestLaunchesOfAStretch(t *testing.T) {
	useDevice(t)
	for name, test := range map[string]struct {
		advance func(k *trainer, ops backend.Ops)
		want    int
	}{
		"advanced":     {func(k *trainer, ops backend.Ops) { ops.Advance(k.step, k.cursor, k.batch) }, 1},
		"not advanced": {func(k *trainer, ops backend.Ops) {}, 3},
		"in two calls": {func(k *trainer, ops backend.Ops) {
			ops.Advance(k.step, backend.Tensor{}, 0)
			ops.Advance(backend.Tensor{}, k.cursor, k.batch)
		}, 9},
		"by other rows": {func(k *trainer, ops backend.Ops) { ops.Advance(k.step, k.cursor, k.batch-1) }, 6},
		"twice": {func(k *trainer, ops backend.Ops) {
			ops.Advance(k.step, k.cursor, k.batch)
			ops.Advance(k.step, k.cursor, k.batch)
		}, 6},
	} {
		b, err := Open(Options{Engine: Persistent})
		if err != nil {
			t.Fatal(err)
		}
		k, err := small.newTrainer(b)
		if err != nil {
			t.Fatal(err)
		}
		graph, err := b.Capture(func(ops backend.Ops) {
			for range 3 {
				k.net.Step(ops, k.input, k.tally, k.rule)
				test.advance(k, ops)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(graph.(*list).calls); got != test.want {
			t.Errorf("%s: %d launches, want %d", name, got, test.want)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestBatchesOfTwoSizes records a large step, then a small one, and takes both: the
// second must not reduce the shared memory of the first.
func TestBatchesOfTwoSizes(t *testing.T) {
	useDevice(t)
	b, err := Open(Options{Engine: Persistent})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	large := task{pixels: 784, hidden: 8, batch: 64, steps: 2, rule: plain}
	k, err := large.newTrainer(b)
	if err != nil {
		t.Fatal(err)
	}
	var graphs []backend.Graph
	for _, rows := range []int{large.batch, 4} {
		graph, err := b.Capture(func(ops backend.Ops) {
			k.net.Step(ops, k.input.Chunk(0, rows), k.tally, k.rule)
			ops.Advance(k.step, k.cursor, rows)
		})
		if err != nil {
			t.Fatal(err)
		}
		graphs = append(graphs, graph)
	}
	for _, graph := range graphs {
		if err := graph.Replay(); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Sync(); err != nil {
		t.Fatal(err)
	}
	if step, err := backend.Download[int32](b, k.step); err != nil || step[0] != 2 {
		t.Errorf("%v steps were taken, %v", step, err)
	}
}

// everySteps is a Saver that has the run stop at every n-th step.
type everySteps int

func (e everySteps) Due(step int, _ bool) bool { return step%int(e) == 0 }

func (e everySteps) Every() int { return int(e) }

func (e everySteps) Save(*train.State) {}

// TestStretchesEqualSteps trains in stretches of 12 steps and, with a Saver, stops
// after every step and after every fifth. A run that stops has other launches than one
// in one go, and must give the same bits.
func TestStretchesEqualSteps(t *testing.T) {
	useDevice(t)
	data := mnist.Synthetic(20*12+13, 20, 1)
	config := train.Preset("default")
	config.Hidden, config.Batch, config.Epochs, config.L2 = []int{9}, 20, 2, 1e-4
	run := func(saver train.Saver) *train.Result {
		b, err := Open(Options{Engine: Persistent})
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		result, err := train.Run(context.Background(), b, data, config, traintest.Silent{}, nil, saver)
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	want := run(nil)
	for _, pace := range []int{1, 5} {
		got := run(everySteps(pace))
		if diff := cmp.Diff(parameters(want), parameters(got)); diff != "" {
			t.Errorf("stops at every %d steps change the parameters:\n%s", pace, diff)
		}
		if got.History[1].Loss != want.History[1].Loss {
			t.Errorf("stops at every %d steps change the loss", pace)
		}
	}
}

// TestPersistentRefuses asks for the kernel where it cannot be used. Auto must do
// without it there, and give the bits of Fused.
func TestPersistentRefuses(t *testing.T) {
	tooMany := small
	tooMany.batch = kernels.TwoLayerRows + 1
	odd := small
	odd.pixels = 30
	wide := small
	wide.hidden, wide.batch, wide.steps = 300, 2, 2
	moved, squared := small, small
	moved.rule, squared.rule = momentum, adam
	for _, test := range []struct {
		task   task
		device func(*sim.Device)
		want   string
	}{
		{tooMany, nil, "a batch must have at most 128 images (got 129)"},
		{odd, nil, "images must have a multiple of 4 pixels (got 30)"},
		{wide, nil, "300 hidden units and 2 images of 28 pixels are more than this GPU holds at once"},
		{small, func(d *sim.Device) { d.SetCooperative(false) }, "33 hidden units and 20 images of 28 pixels are more than this GPU holds at once"},
		{moved, nil, notPersistent},
		{squared, nil, notPersistent},
	} {
		device := simulate(t)
		if test.device != nil {
			test.device(device)
		}
		_, err := test.task.trainOn(opener(Options{Engine: Persistent}))
		if refused := fault.Of(err); refused == nil || refused.Error() != "engine persistent: "+test.want {
			t.Errorf("persistent gave %v, want %q", err, test.want)
		}
		want, err := test.task.trainOn(opener(Options{Engine: Fused}))
		if err != nil {
			t.Fatal(err)
		}
		got, err := test.task.trainOn(opener(Options{}))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(outcome{})); diff != "" {
			t.Errorf("%s: auto differs from fused:\n%s", test.want, diff)
		}
	}
}

// TestPersistentLayers asks for the kernel with no hidden layer and with two.
func TestPersistentLayers(t *testing.T) {
	simulate(t)
	for _, hidden := range [][]int{{}, {8, 8}} {
		b, err := Open(Options{Engine: Persistent})
		if err != nil {
			t.Fatal(err)
		}
		config := train.Preset("default")
		config.Hidden, config.Batch, config.Epochs = hidden, 20, 1
		_, err = train.Run(context.Background(), b, mnist.Synthetic(60, 20, 1), config, traintest.Silent{}, nil, nil)
		if refused := fault.Of(err); refused == nil || refused.Error() != "engine persistent: "+notPersistent {
			t.Errorf("%d hidden layers: %v", len(hidden), err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestTwoLayerShapes trains on images, hidden units and batches around those that
// blocks and warps divide evenly.
func TestTwoLayerShapes(t *testing.T) {
	useDevice(t)
	for _, task := range []task{
		{pixels: 4, hidden: 1, batch: 1}, {pixels: 8, hidden: 4, batch: 128}, {pixels: 60, hidden: 5, batch: 31},
		{pixels: 64, hidden: 31, batch: 32}, {pixels: 68, hidden: 32, batch: 33}, {pixels: 784, hidden: 33, batch: 97},
		{pixels: 900, hidden: 3, batch: 15}, {pixels: 1000, hidden: 129, batch: 16, classes: 2},
		{pixels: 784, hidden: 61, batch: 128, classes: 16}, // with 8 units a block on the simulated device
	} {
		task.steps, task.rule = 3, nn.Optimizer{Method: nn.SGD, L2: 1e-3}
		t.Run(fmt.Sprintf("%d-%d, batch %d", task.pixels, task.hidden, task.batch), func(t *testing.T) {
			want, err := task.trainOn(backendtest.OpenReference)
			if err != nil {
				t.Fatal(err)
			}
			got, err := task.trainOn(opener(Options{Engine: Persistent}))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, got, want, 4e-7)
		})
	}
}
