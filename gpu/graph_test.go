//go:build cuda && linux

package gpu

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/backend"
)

// ways are the ways to take a step, and a call that each step makes once.
var ways = map[string]struct {
	options Options
	once    string
}{
	"ops":        {Options{Engine: Ops}, "advance"},
	"fused":      {Options{Engine: Fused}, "advance"},
	"split16":    {Options{Engine: Fused, Precision: Split16}, "advance"},
	"persistent": {Options{Engine: Persistent}, "two_layer_sgd"},
}

// TestGraphEqualsCalls trains with a graph, call by call, and traced. All must
// agree to the bit, and a second run with the first.
func TestGraphEqualsCalls(t *testing.T) {
	useDevice(t)
	for name, way := range ways {
		want, err := small.trainOn(opener(way.options))
		if err != nil {
			t.Fatal(err)
		}
		again, noGraph, traced := way.options, way.options, way.options
		var trace Trace
		noGraph.NoGraph, traced.Trace = true, &trace
		for how, options := range map[string]Options{"again": again, "no graph": noGraph, "traced": traced} {
			got, err := small.trainOn(opener(options))
			if err != nil {
				t.Errorf("%s, %s: %v", name, how, err)
				continue
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(outcome{})); diff != "" {
				t.Errorf("%s, %s differs:\n%s", name, how, diff)
			}
		}
		calls := 0
		for _, row := range trace.sorted() {
			if row.call == way.once {
				calls = row.calls
			}
		}
		if calls != small.steps-1 {
			t.Errorf("%s: the trace has %d calls of %s, want %d and a first", name, calls, way.once, small.steps-1)
		}
	}
}

// TestStepsInOneGraph compares a graph of several steps with as many replays of one.
// Each step must gather its own rows.
func TestStepsInOneGraph(t *testing.T) {
	useDevice(t)
	for name, way := range ways {
		t.Run(name, func(t *testing.T) { stepsInOneGraph(t, way.options) })
	}
}

func stepsInOneGraph(t *testing.T, options Options) {
	want, err := small.trainOn(opener(options))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(options)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	trainer, err := small.newTrainer(b)
	if err != nil {
		t.Fatal(err)
	}
	graph, err := b.Capture(func(ops backend.Ops) {
		for range small.steps {
			trainer.record(ops)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := graph.Replay(); err != nil {
		t.Fatal(err)
	}
	if err := trainer.evaluate(); err != nil {
		t.Fatal(err)
	}
	got, err := trainer.result()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(outcome{})); diff != "" {
		t.Errorf("a graph of %d steps differs:\n%s", small.steps, diff)
	}
}

// TestLaunchesOfAStep counts the launches of a step of two layers: verb by verb, fused,
// in one kernel, and in more launches if the batch is too large.
func TestLaunchesOfAStep(t *testing.T) {
	useDevice(t)
	large := small
	large.batch = fusedRows + 1
	updated := small
	updated.rule = noL2
	wide := task{pixels: 784, hidden: 1024, batch: 128, rule: noL2}
	wideL2 := wide
	wideL2.rule = plain
	for _, test := range []struct {
		task    task
		options Options
		want    int // of one step, including advance
		four    int // of four steps in one graph
	}{
		{small, Options{Engine: Ops}, 15, 60},
		{small, Options{}, 1, 1},
		{small, Options{Engine: Persistent}, 1, 1},
		{small, Options{Engine: Fused}, 7, 25},
		{updated, Options{Engine: Ops}, 15, 60},
		{updated, Options{Engine: Fused}, 6, 21},
		{wide, Options{Engine: Ops}, 15, 60},
		{wide, Options{Engine: Fused}, 6, 21},
		{wide, Options{Engine: Fused, Precision: Split16}, 11, 41}, // five more, which split w and dz, and a second product
		{wideL2, Options{Engine: Fused}, 7, 25},
		{large, Options{}, 15, 57}, // two more a step, which sum the biases' gradients in slabs
		{large, Options{Engine: Fused}, 9, 33},
	} {
		test.options.NoGraph = true
		b, err := Open(test.options)
		if err != nil {
			t.Fatal(err)
		}
		trainer, err := test.task.newTrainer(b)
		if err != nil {
			t.Fatal(err)
		}
		one, four := trainer.calls(t, 1), trainer.calls(t, 4)
		bytes := 0
		for _, c := range one {
			bytes += c.bytes
		}
		t.Logf("%d pixels, %d hidden units, batch %d, %v, %v: %.1f MB", test.task.pixels, test.task.hidden, test.task.batch,
			test.options.Engine, test.options.Precision, float64(bytes)/1e6)
		if got, ofFour := launches(one, test.options.Engine), launches(four, test.options.Engine); got != test.want || ofFour != test.four {
			t.Errorf("batch %d, %v, %v: %d launches, and %d of four steps, want %d and %d",
				test.task.batch, test.options.Engine, test.options.Precision, got, ofFour, test.want, test.four)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}

// launches counts calls. For fused steps it leaves out those that add biases if
// cuBLASLt does not, which are up to TestEpilogues.
func launches(calls []call, engine Engine) (n int) {
	for _, c := range calls {
		if engine == Ops || c.name != "bias_activation" {
			n++
		}
	}
	return n
}

// calls returns the calls of that many steps in one graph.
func (t *trainer) calls(test *testing.T, steps int) []call {
	test.Helper()
	graph, err := t.b.Capture(func(ops backend.Ops) {
		for range steps {
			t.record(ops)
		}
	})
	if err != nil {
		test.Fatal(err)
	}
	return graph.(*list).calls
}

// TestRowsAreGatheredOnce counts the launches of a step: the backward pass must
// find the rows that the forward pass gathered.
func TestRowsAreGatheredOnce(t *testing.T) {
	useDevice(t)
	for p, kernel := range map[Precision]string{FP32: "gather_rows", Split16: "gather_halves"} {
		t.Run(string(p), func(t *testing.T) { testRowsAreGatheredOnce(t, p, kernel) })
	}
}

func testRowsAreGatheredOnce(t *testing.T, p Precision, kernel string) {
	b, err := Open(Options{Engine: Fused, Precision: p, NoGraph: true})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	trainer, err := small.newTrainer(b)
	if err != nil {
		t.Fatal(err)
	}
	gathers := 0
	for _, c := range trainer.calls(t, 2) {
		if c.name == kernel {
			gathers++
		}
	}
	if gathers != 2 {
		t.Errorf("two steps gather %d times, want 2", gathers)
	}
}
