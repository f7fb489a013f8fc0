package train

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFillIn sets some settings, possibly to 0, and expects the others to get their
// usual values.
func TestFillIn(t *testing.T) {
	for _, test := range []struct {
		name  string
		given []string
		set   func(*Config)
		want  func(*Config)
	}{
		{"sgd", nil, func(c *Config) {}, func(c *Config) {}},
		{"momentum", nil, func(c *Config) { c.Optimizer = "momentum" }, func(c *Config) { c.Momentum, c.LearningRate = 0.9, 0.05 }},
		{"half the momentum", []string{"momentum"},
			func(c *Config) { c.Optimizer, c.Momentum = "momentum", 0.5 }, func(c *Config) { c.LearningRate = 0.25 }},
		{"no momentum", []string{"momentum"}, func(c *Config) { c.Optimizer = "momentum" }, func(c *Config) {}},
		{"a rate of momentum", []string{"lr"},
			func(c *Config) { c.Optimizer, c.LearningRate = "momentum", 0.3 }, func(c *Config) { c.Momentum = 0.9 }},
		{"adam", nil, func(c *Config) { c.Optimizer = "adam" }, func(c *Config) { c.LearningRate = 0.001 }},
		{"a rate of adam", []string{"lr"}, func(c *Config) { c.Optimizer = "adam" }, func(c *Config) {}},
		{"cosine", nil, func(c *Config) { c.Kind = "cosine" }, func(c *Config) {}},
		{"step", nil, func(c *Config) { c.Kind = "step" }, func(c *Config) { c.Decay = 0.1 }},
		{"exp", nil, func(c *Config) { c.Kind = "exp" }, func(c *Config) { c.Decay = 0.1 }},
		{"triangular", nil, func(c *Config) { c.Kind = "triangular" }, func(c *Config) { c.Min = 0.125 }},
		{"triangular from 0", []string{"lr-min"}, func(c *Config) { c.Kind = "triangular" }, func(c *Config) {}},
		{"onecycle", nil, func(c *Config) { c.Kind = "onecycle" }, func(c *Config) { c.Min, c.PctStart = 0.02, 0.3 }},
		{"onecycle, only downhill", []string{"lr-min", "pct-start"}, func(c *Config) { c.Kind = "onecycle" }, func(c *Config) {}},
		{"onecycle of adam", nil, func(c *Config) { c.Kind, c.Optimizer = "onecycle", "adam" },
			func(c *Config) { c.LearningRate, c.Min, c.PctStart = 0.001, 0.00004, 0.3 }},
	} {
		got := Preset("default")
		test.set(&got)
		want := got
		test.want(&want)
		filled := got.FillIn(func(flag string) bool { return slices.Contains(test.given, flag) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", test.name, diff)
		}
		for _, flag := range test.given {
			if filled[flag] != "" {
				t.Errorf("%s: %s was given, and is said to be filled in", test.name, flag)
			}
		}
		if err := got.Check(); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}
