package sweep

import (
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func axis(t *testing.T, name, text string) Axis {
	t.Helper()
	a, err := ParseAxis(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestGridHasEachCombinationOnce(t *testing.T) {
	got, err := Grid([]Axis{axis(t, "hidden", "300,400"), axis(t, "lr", "0.5,0.1,0.01")})
	if err != nil {
		t.Fatal(err)
	}
	want := "300 0.5;300 0.1;300 0.01;400 0.5;400 0.1;400 0.01"
	var lines []string
	for _, trial := range got {
		lines = append(lines, strings.Join(trial, " "))
	}
	if strings.Join(lines, ";") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestGridRefuses(t *testing.T) {
	if _, err := Grid([]Axis{axis(t, "lr", "0.1:1")}); err == nil {
		t.Error("a grid over a range")
	}
	long := strings.Repeat("1,", 999) + "1"
	if _, err := Grid([]Axis{axis(t, "a", long), axis(t, "b", long)}); err == nil {
		t.Error("a grid of a million trials")
	}
}

func TestParseAxisRefuses(t *testing.T) {
	for _, text := range []string{"", "1,", ",1", "1:", ":1", "1:1", "2:1", "0:1", "-1:1", "1:Inf", "NaN:1", "a:b", "1:2:3"} {
		if a, err := ParseAxis("lr", text); err == nil {
			t.Errorf("%q gave %v", text, a)
		}
	}
}

// TestRandomIsAFunctionOfSpecAndIndex checks that a longer sweep begins like a shorter
// one, and that another seed draws other trials.
func TestRandomIsAFunctionOfSpecAndIndex(t *testing.T) {
	axes := []Axis{axis(t, "hidden", "100:1000"), axis(t, "lr", "0.001:1"), axis(t, "shuffle", "true,false")}
	whole := func(name string) bool { return name == "hidden" }
	long, short := Random(axes, 200, 1, whole), Random(axes, 5, 1, whole)
	if !slices.EqualFunc(long[:5], short, slices.Equal) {
		t.Errorf("five of 200 trials are %v, and five alone %v", long[:5], short)
	}
	if slices.EqualFunc(short, Random(axes, 5, 2, whole), slices.Equal) {
		t.Error("another seed drew the same")
	}
	var below int
	for _, trial := range long {
		hidden, err := strconv.Atoi(trial[0])
		if err != nil || hidden < 100 || hidden > 1000 {
			t.Errorf("hidden %q is out of its range", trial[0])
		}
		lr, err := strconv.ParseFloat(trial[1], 64)
		if !(err == nil && 0.001 <= lr && lr <= 1) {
			t.Errorf("lr %q is out of its range", trial[1])
		}
		if lr < 0.0316 { // the middle of the logarithms
			below++
		}
	}
	// Of 200 fair draws 100 are below, give or take 7; a uniform lr would have 6.
	if below < 65 || below > 135 {
		t.Errorf("%d of 200 rates lie in the lower half of the logarithms", below)
	}
}

func TestSeedsDiffer(t *testing.T) {
	seen := map[uint64]bool{}
	flips := 0
	for i := range 1000 {
		s := seed(1, i)
		if seen[s] {
			t.Fatalf("trial %d has the seed of another", i)
		}
		seen[s] = true
		flips += bits.OnesCount64(s ^ seed(1, i+1))
	}
	// Of 32,000 bits 16,000 change, give or take 89.
	if flips < 15_500 || flips > 16_500 {
		t.Errorf("neighbours differ in %d of 32,000 bits", flips)
	}
	if seed(1, 0) == seed(2, 0) {
		t.Error("the base seed does not matter")
	}
}

func TestSeedCanBeAnAxis(t *testing.T) {
	s := &Spec{Axes: []string{"seed"}, Trials: [][]string{{"18446744073709551615"}, {"2"}}, Seed: 1}
	if got := s.Trial(0).Seed; got != 1<<64-1 {
		t.Errorf("the seed is %d", got)
	}
	if got := s.Trial(1).Seed; got != 2 {
		t.Errorf("the seed is %d", got)
	}
}

func TestHashTellsSpecsApart(t *testing.T) {
	spec := func() *Spec {
		return &Spec{Base: []Setting{{"lr", "1"}}, Axes: []string{"hidden"}, Trials: [][]string{{"3"}}, Seed: 1}
	}
	changes := map[string]func(*Spec){
		"base":   func(s *Spec) { s.Base[0].Value = "2" },
		"axes":   func(s *Spec) { s.Axes[0] = "steps" },
		"trials": func(s *Spec) { s.Trials[0][0] = "4" },
		"seed":   func(s *Spec) { s.Seed = 2 },
	}
	if first, second := spec(), spec(); first.Hash() != second.Hash() {
		t.Error("one spec has two hashes")
	}
	for name, change := range changes {
		s := spec()
		change(s)
		if s.Hash() == spec().Hash() {
			t.Errorf("a change of %s does not show", name)
		}
	}
}
