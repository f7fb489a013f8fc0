package train

import (
	"math"
	"testing"

	"mnistgpu/internal/fault"
)

// scheduled is a config of the given kind, with its usual settings, whose highest rate is
// 0.8.
func scheduled(kind string, alter func(*Config)) Config {
	c := Preset("default")
	c.Schedule.Kind, c.LearningRate = kind, 0.8
	switch kind {
	case stepRate, expRate:
		c.Decay = 0.1
	case triangularRate:
		c.Min = 0.2
	case oneCycleRate:
		c.Min, c.PctStart = 0.032, 0.3
	}
	alter(&c)
	return c
}

// TestRates compares with the sources of each formula, by numbers that were computed
// independently of the code.
func TestRates(t *testing.T) {
	plain := func(*Config) {}
	for _, test := range []struct {
		name            string
		config          Config
		steps, perEpoch int
		want            map[int]float64
	}{
		{"const", scheduled("const", plain), 10, 5, map[int]float64{0: 0.8, 9: 0.8}},
		// PyTorch's StepLR(step_size=2 epochs, gamma=0.5).
		{"step", scheduled("step", func(c *Config) { c.Period, c.Decay = 2, 0.5 }), 30, 5,
			map[int]float64{0: 0.8, 9: 0.8, 10: 0.4, 19: 0.4, 20: 0.2, 29: 0.2}},
		{"step, three stages", scheduled("step", plain), 30, 5,
			map[int]float64{9: 0.8, 10: 0.08, 19: 0.08, 20: 0.008, 29: 0.008}},
		// Keras' ExponentialDecay(0.8, decay_steps=10, decay_rate=0.25).
		{"exp", scheduled("exp", func(c *Config) { c.Period, c.Decay = 2, 0.25 }), 30, 5,
			map[int]float64{0: 0.8, 5: 0.4, 10: 0.2, 15: 0.1, 20: 0.05}},
		// Loshchilov & Hutter, equation 5, with T_i the whole run.
		{"cosine", scheduled("cosine", plain), 12, 5,
			map[int]float64{0: 0.8, 2: 0.4 * (1 + math.Sqrt(3)/2), 4: 0.6, 6: 0.4, 8: 0.2}},
		{"cosine, with a least rate", scheduled("cosine", func(c *Config) { c.Min = 0.2 }), 12, 5,
			map[int]float64{0: 0.8, 4: 0.65, 6: 0.5, 8: 0.35}},
		// Smith's triangular policy with a stepsize of 4 and a base of 0.1.
		{"triangular", scheduled("triangular", func(c *Config) { c.Min, c.Period = 0.1, 2 }), 24, 4,
			map[int]float64{0: 0.1, 1: 0.275, 2: 0.45, 4: 0.8, 6: 0.45, 8: 0.1, 12: 0.8, 23: 0.275}},
		{"triangular, three cycles from a quarter", scheduled("triangular", plain), 24, 4,
			map[int]float64{0: 0.2, 4: 0.8, 8: 0.2, 20: 0.8}},
		{"triangular from nothing", scheduled("triangular", func(c *Config) { c.Min, c.Period = 0, 2 }), 24, 4,
			map[int]float64{0: 0, 1: 0.2, 4: 0.8, 8: 0}},
		// PyTorch's OneCycleLR(0.8, total_steps=21, pct_start=1/3): from 0.8/25 to
		// 0.8 at step 6 and to 0.8/25/1e4 at step 20.
		{"onecycle", scheduled("onecycle", func(c *Config) { c.PctStart = 1.0 / 3 }), 21, 5,
			map[int]float64{0: 0.032, 2: 0.224, 3: 0.416, 6: 0.8, 13: (0.8 + 3.2e-6) / 2, 20: 3.2e-6}},
		// Goyal et al.: even steps up to the first rate, which step 4 has.
		{"warm-up", scheduled("const", func(c *Config) { c.Warmup = 0.8 }), 10, 5,
			map[int]float64{0: 0.16, 1: 0.32, 3: 0.64, 4: 0.8, 9: 0.8}},
		{"warm-up, then cosine", scheduled("cosine", func(c *Config) { c.Warmup = 1 }), 17, 5,
			map[int]float64{0: 0.8 / 6, 4: 4.0 / 6, 5: 0.8, 11: 0.4}},
	} {
		for step, want := range test.want {
			got := test.config.learningRate(step, plan{steps: test.steps, perEpoch: test.perEpoch})
			// A few roundings of float64.
			if !(math.Abs(got-want) <= 1e-14) {
				t.Errorf("%s: the rate of step %d is %v, want %v", test.name, step, got, want)
			}
		}
	}
}

// TestRatesAreInBounds covers every kind, also with runs so short that some of its
// parts have no step.
func TestRatesAreInBounds(t *testing.T) {
	for _, kind := range Schedules() {
		for steps := 1; steps <= 40; steps++ {
			for _, period := range []float64{0, 0.1, 1, 100} {
				c := scheduled(kind, func(c *Config) { c.Schedule.Period = period })
				for step := range steps {
					// The last rounding gives an error of up to 1e-15.
					if r := c.learningRate(step, plan{steps: steps, perEpoch: 3}); !(r > 0 && r <= 0.8+1e-15) {
						t.Fatalf("%s: the rate of step %d of %d is %v", kind, step, steps, r)
					}
				}
			}
		}
	}
}

func TestWarmupLeavesSteps(t *testing.T) {
	c := scheduled("const", func(c *Config) { c.Warmup, c.Batch, c.Epochs = 2, 8, 2 })
	want := "a warm-up of 2 epochs leaves none of the run's 6 steps"
	if err := c.CheckFor(20); !fault.Is(err, fault.BadUsage) || err.Error() != want {
		t.Errorf("CheckFor says %v, want %q", err, want)
	}
	if c.Warmup = 1.5; c.CheckFor(20) != nil {
		t.Error("a warm-up of 1.5 of 2 epochs is refused")
	}
}

// TestRunTakesItsRates runs with rates that fall so steeply that the weights do not
// change from the second epoch on, and with one that does not.
func TestRunTakesItsRates(t *testing.T) {
	c := tinyConfig()
	c.Schedule.Kind, c.Decay, c.Period, c.Epochs, c.EvalEvery = stepRate, 1e-30, 1, 2, 1
	r, _ := run(t, c, 64)
	for i, record := range r.History {
		want := []float64{0.5, 0.5e-30}[i/3]
		if !(math.Abs(record.LearningRate-want) <= 1e-15*want) {
			t.Errorf("record %d has the rate %v, want %v", i, record.LearningRate, want)
		}
		if rates := c.Rates(3); len(rates) != 6 || rates[record.Step] != record.LearningRate {
			t.Errorf("step %d has the rate %v, and the run is told to have %v", record.Step, record.LearningRate, rates)
		}
	}
	if h := r.History; h[2].TestLoss != h[5].TestLoss || h[1].TestLoss == h[2].TestLoss {
		t.Errorf("the test losses are %v, %v and %v", h[1].TestLoss, h[2].TestLoss, h[5].TestLoss)
	}
}
