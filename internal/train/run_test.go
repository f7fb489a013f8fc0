package train

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"mnistgpu/internal/backend/backendtest"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/model"
)

// chunked is the reference backend with a different number of rows per chunk.
type chunked struct {
	*backendtest.Reference
	rows int
}

func (c chunked) ChunkRows() int { return c.rows }

// stripes returns n images of 4x4 pixels, in which one of the first three rows is lit,
// and labels that say which.
func stripes(n int, seed uint64) mnist.Split {
	draw := rand.New(rand.NewPCG(seed, 0))
	s := mnist.Split{Images: make([]byte, 16*n), Labels: make([]byte, n)}
	for i := range n {
		s.Labels[i] = byte(draw.IntN(3))
		for j := range 16 {
			s.Images[16*i+j] = byte(draw.IntN(100))
			if j/4 == int(s.Labels[i]) {
				s.Images[16*i+j] += 150
			}
		}
	}
	return s
}

// tiny is a data set of 20 images to train on and 10 to test with.
var tiny = &mnist.Dataset{Name: "tiny", Height: 4, Width: 4, Classes: 3, Train: stripes(20, 1), Test: stripes(10, 2)}

// tinyConfig takes batches of 8, 8 and 4 of the 20 images.
func tinyConfig() Config {
	c := Preset("default")
	c.Hidden, c.Batch, c.Epochs, c.InitStd = []int{6}, 8, 2, 0.3
	return c
}

// log is an Observer that keeps what is reported to it.
type log struct {
	plan     Plan
	progress []Progress
	records  []Record
	after    func() // called after each evaluation, if not nil
}

func (l *log) Begin(p Plan)        { l.plan = p }
func (l *log) Progress(p Progress) { l.progress = append(l.progress, p) }
func (l *log) Evaluated(r Record) {
	l.records = append(l.records, r)
	if l.after != nil {
		l.after()
	}
}

// run trains on tiny and expects no error.
func run(t *testing.T, c Config, chunk int) (*Result, *log) {
	t.Helper()
	l := new(log)
	r, err := Run(context.Background(), chunked{new(backendtest.Reference), chunk}, tiny, c, l, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r, l
}

func recordSteps(records []Record) (steps []int) {
	for _, r := range records {
		steps = append(steps, r.Step)
	}
	return steps
}

func TestRunEvaluatesEachEpoch(t *testing.T) {
	r, l := run(t, tinyConfig(), 64)
	if want := []int{2, 5}; !slices.Equal(recordSteps(l.records), want) || !slices.Equal(recordSteps(r.History), want) {
		t.Errorf("evaluated after steps %v, want %v", recordSteps(l.records), want)
	}
	if r.Steps != 6 || r.Epochs != 2 || r.Batch != 8 || r.Stop != StopFinished {
		t.Errorf("took %d steps, %v epochs, batch %d, stopped as %s", r.Steps, r.Epochs, r.Batch, r.Stop)
	}
	want := Plan{TrainImages: 20, TestImages: 10, Pixels: 16, Classes: 3, Parameters: 16*6 + 6 + 6*3 + 3, Batch: 8, Steps: 6, StepsPerEpoch: 3}
	if l.plan != want {
		t.Errorf("planned %+v, want %+v", l.plan, want)
	}
	if n := len(l.progress); n == 0 || l.progress[n-1].Step != 6 || l.progress[n-1].Remaining != 0 {
		t.Errorf("the last progress is %+v", l.progress[n-1])
	}
}

func TestRunEvaluatesEveryFewSteps(t *testing.T) {
	c := tinyConfig()
	c.Steps, c.EvalEvery = 8, 3
	r, _ := run(t, c, 64)
	if want := []int{0, 3, 6, 7}; !slices.Equal(recordSteps(r.History), want) {
		t.Errorf("evaluated after steps %v, want %v", recordSteps(r.History), want)
	}
	// Steps 0 and 1 see 8 images each, step 2 sees 4, and so on.
	if want := 56.0 / 20; r.Epochs != want || r.History[0].Epoch != 8.0/20 {
		t.Errorf("saw %v epochs, want %v", r.Epochs, want)
	}
}

// TestRecordsCountEveryImage trains so slowly that nothing changes: the loss
// over an epoch's batches is then that of the initial weights on the whole set.
func TestRecordsCountEveryImage(t *testing.T) {
	c := tinyConfig()
	c.LearningRate = 1e-30
	r, _ := run(t, c, 64)
	whole := &mnist.Dataset{Height: 4, Width: 4, Classes: 3, Train: tiny.Train, Test: tiny.Train}
	same, err := Run(context.Background(), new(backendtest.Reference), whole, c, new(log), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range r.History {
		want := same.History[i]
		if !(math.Abs(got.Loss-want.TestLoss) <= 1e-6) || got.TrainAccuracy != want.TestAccuracy {
			t.Errorf("record %d has loss %v and accuracy %v, want %v and %v", i, got.Loss, got.TrainAccuracy, want.TestLoss, want.TestAccuracy)
		}
	}
}

func TestRunLearns(t *testing.T) {
	c := tinyConfig()
	c.Epochs = 200
	r, _ := run(t, c, 64)
	if last := r.History[len(r.History)-1]; last.TrainAccuracy != 1 || last.TestAccuracy < 0.9 {
		t.Errorf("after 200 epochs the accuracies are %v and %v", last.TrainAccuracy, last.TestAccuracy)
	}
}

func TestRunRepeatsItself(t *testing.T) {
	c := tinyConfig()
	first, _ := run(t, c, 64)
	again, _ := run(t, c, 64)
	c.Seed++
	other, _ := run(t, c, 64)
	if !sameModel(first.Model, again.Model) {
		t.Error("the same seed gave another model")
	}
	if sameModel(first.Model, other.Model) {
		t.Error("another seed gave the same model")
	}
}

func sameModel(a, b *model.Model) bool {
	return slices.EqualFunc(a.Tensors, b.Tensors, func(a, b model.Tensor) bool {
		return a.Name == b.Name && slices.Equal(a.Values, b.Values)
	})
}

// TestTimingASliceChangesNothing trains on the full batch in one piece, and in chunks,
// one of which is timed first.
func TestTimingASliceChangesNothing(t *testing.T) {
	c := tinyConfig()
	c.Batch = Full
	whole, plain := run(t, c, 64)
	sliced, timed := run(t, c, 8)
	if plain.plan.Estimate != 0 || timed.plan.Estimate <= 0 {
		t.Errorf("estimates are %v for short steps and %v for long ones", plain.plan.Estimate, timed.plan.Estimate)
	}
	for i, want := range whole.Model.Tensors {
		for j, v := range sliced.Model.Tensors[i].Values {
			// Both compute in float64: only the rounding to float32 may differ.
			if !(math.Abs(float64(v-want.Values[j])) <= 1e-6) {
				t.Fatalf("%s[%d] is %v, want %v", want.Name, j, v, want.Values[j])
			}
		}
	}
}

func TestRunStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	l := &log{after: cancel}
	r, err := Run(ctx, new(backendtest.Reference), tiny, tinyConfig(), l, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Stop != StopInterrupted || r.Steps != 3 || r.Model == nil || !slices.Equal(recordSteps(r.History), []int{2}) {
		t.Errorf("%s after %d steps with records %v", r.Stop, r.Steps, recordSteps(r.History))
	}

	r, err = Run(ctx, new(backendtest.Reference), tiny, tinyConfig(), new(log), nil, nil)
	if err != nil || r.Stop != StopInterrupted || r.Steps != 1 || r.Model == nil || !slices.Equal(recordSteps(r.History), []int{0}) {
		t.Errorf("a context that had ended gave %+v, %v", r, err)
	}
}

func TestRunStopsWhenItDiverges(t *testing.T) {
	for _, test := range []struct {
		name  string
		alter func(*Config)
		want  Divergence
	}{
		// 1e200 overflows float32 on the way to the device.
		{"rate", func(c *Config) { c.LearningRate = 1e200 }, Divergence{1, "loss"}},
		{"weight", func(c *Config) { c.LearningRate, c.EvalEvery = 1e200, 1 }, Divergence{0, "layers.0.weight"}},
		{"pixels", func(c *Config) { c.PixelScale = 1e200 }, Divergence{0, "loss"}},
	} {
		c := tinyConfig()
		test.alter(&c)
		r, err := Run(context.Background(), new(backendtest.Reference), tiny, c, new(log), nil, nil)
		var got *Divergence
		if !errors.As(err, &got) || !fault.Is(err, fault.Diverged) || *got != test.want {
			t.Errorf("%s: error is %v, want %v", test.name, err, &test.want)
			continue
		}
		if r == nil || r.Model != nil || r.Stop != StopDiverged {
			t.Errorf("%s: the result is %+v, want one without a model", test.name, r)
		}
	}
}

func TestStopwatchTakesTheStepsOfARun(t *testing.T) {
	c := tinyConfig()
	want, _ := run(t, c, 64)
	c.Steps = 6 // the two epochs of want
	s, err := NewStopwatch(new(backendtest.Reference), tiny, c)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if took, err := s.Time(2); err != nil || took <= 0 {
			t.Fatalf("a step took %v, %v", took, err)
		}
	}
	if err := s.t.snapshot(); err != nil || !sameModel(s.t.model, want.Model) {
		t.Errorf("timed steps gave another model, %v", err)
	}
	// 16-6-3: (2·16·6 + 3·6·3) products of 8 images, and as many sums.
	if got := s.Flops(); got != 2*8*(2*16*6+3*6*3) {
		t.Errorf("a step has %v operations", got)
	}
}
