// Package traintest is shared by the tests of training on several backends. It checks
// that a run resumed from any of its states gives the same bits as an uninterrupted
// run.
package traintest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/nn"
	"mnistgpu/internal/run"
	"mnistgpu/internal/run/checkpoint"
	"mnistgpu/internal/train"
)

// steps is the length of each run.
const steps = 50

// Resume stops runs of 50 steps after every n-th step and resumes them from a
// checkpoint: with each method, shuffled or in order, with or without a short last
// batch, and once with everything that a run can have. Each must end as the
// uninterrupted run does, byte for byte.
func Resume(t *testing.T, n int, open func() (backend.Backend, error)) {
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			states := c.run(t, open, nil)
			if len(states) != steps {
				t.Fatalf("%d states of a run of %d steps", len(states), steps)
			}
			passed, stops := 0, 0
			for i := n - 1; i < steps; i += n {
				stops++
				after := slices.Concat(states[i:i+1], c.run(t, open, states[i]))
				if slices.EqualFunc(after, states[i:], bytes.Equal) {
					passed++
				}
			}
			t.Logf("passed %d of %d", passed, stops)
			if passed != stops {
				t.Errorf("%d runs went on otherwise than in one go", stops-passed)
			}
		})
	}
}

// testCase is what a run trains, and on what.
type testCase struct {
	name   string
	config train.Config
	data   *mnist.Dataset
}

// SetOptimizer gives c an optimizer with its usual settings.
func SetOptimizer(c *train.Config, method nn.Method) {
	c.Optimizer = method
	switch method {
	case nn.Momentum:
		c.Momentum, c.LearningRate = 0.9, 0.1*c.LearningRate
	case nn.Adam:
		c.LearningRate = 0.001
	}
}

func cases() []testCase {
	var all []testCase
	for _, method := range train.Optimizers() {
		for _, shuffle := range []bool{true, false} {
			for _, images := range []int{128, 125} {
				c := train.Preset("default")
				c.Hidden, c.Batch, c.Epochs, c.Steps = []int{8}, 32, 0, steps
				c.Shuffle = shuffle
				SetOptimizer(&c, nn.Method(method))
				all = append(all, testCase{fmt.Sprintf("%s shuffle=%t images=%d", method, shuffle, images), c, noise(images)})
			}
		}
	}
	c := all[0].config
	c.Hidden, c.L2, c.EvalEvery, c.Optimizer, c.LearningRate = []int{8, 5}, 1e-4, 3, nn.Adam, 0.01
	c.Kind, c.Warmup, c.ValFraction, c.Patience = "cosine", 2, 0.2, 1000
	return append(all, testCase{"validation, patience and a schedule", c, noise(125)})
}

// noise returns a data set of 8x8 images in which nothing but the order matters.
func noise(images int) *mnist.Dataset {
	draw := rand.New(rand.NewPCG(1, uint64(images)))
	split := func(n int) mnist.Split {
		s := mnist.Split{Images: make([]byte, 64*n), Labels: make([]byte, n)}
		for i := range s.Images {
			s.Images[i] = byte(draw.IntN(256))
		}
		for i := range s.Labels {
			s.Labels[i] = byte(draw.IntN(10))
		}
		return s
	}
	return &mnist.Dataset{Name: "noise", Height: 8, Width: 8, Classes: 10, Train: split(images), Test: split(20)}
}

// run resumes the case from a checkpoint, or starts it if there is none, and returns
// the checkpoints of the steps that follow, without their times.
func (r testCase) run(t *testing.T, open func() (backend.Backend, error), from []byte) [][]byte {
	t.Helper()
	b, err := open()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	var state *train.State
	if from != nil {
		file, err := checkpoint.Decode(from)
		if err != nil {
			t.Fatal(err)
		}
		if state, err = run.StateOf(file); err != nil {
			t.Fatal(err)
		}
	}
	s := new(shelf)
	if _, err := train.Run(context.Background(), b, r.data, r.config, Silent{}, state, s); err != nil {
		t.Fatal(err)
	}
	return s.files
}

// shelf is a Saver that keeps the state after each step.
type shelf struct{ files [][]byte }

func (s *shelf) Due(int, bool) bool { return true }

func (s *shelf) Every() int { return 1 }

func (s *shelf) Save(state *train.State) { s.files = append(s.files, Timeless(state)) }
