// Package sweep searches for good settings: it distributes a fixed list of trials
// among processes and machines, and gathers their results from files.
//
// A trial is a pure function of the [Spec] and its index, so it is the same wherever
// and whenever it runs. A finished trial is a file that is either complete or absent,
// so a sweep that was stopped continues where it left off.
package sweep

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
)

// MaxTrials bounds the trials of a sweep.
const MaxTrials = 100_000

// seedAxis is the name of the setting for a trial's seed.
const seedAxis = "seed"

// Spec is everything that a sweep depends on.
type Spec struct {
	Base   []Setting  `json:"base"`   // what all trials have in common
	Axes   []string   `json:"axes"`   // the settings in which they differ
	Trials [][]string `json:"trials"` // for each trial, a value for each axis
	Seed   uint64     `json:"seed"`   // from which each trial's own seed is derived
}

// Setting is the value of a flag, as typed.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Trial is one run of a sweep.
type Trial struct {
	Index    int
	Settings []Setting // one for each axis
	Seed     uint64    // derived from the spec's, unless the seed is an axis
}

// Trial returns the trial of the given index, from 0.
func (s *Spec) Trial(i int) Trial {
	t := Trial{Index: i, Seed: seed(s.Seed, i)}
	for k, name := range s.Axes {
		t.Settings = append(t.Settings, Setting{name, s.Trials[i][k]})
		if name == seedAxis {
			t.Seed, _ = strconv.ParseUint(s.Trials[i][k], 10, 64) // 0 if someone has edited the file
		}
	}
	return t
}

// Hash identifies the spec: two sweeps with the same hash have the same trials.
func (s *Spec) Hash() string {
	sum := sha256.Sum256(encode(s))
	return hex.EncodeToString(sum[:8])
}

// check returns an error if s, which was read from a file, is not a spec that this
// package writes.
func (s *Spec) check() error {
	if len(s.Trials) == 0 || len(s.Trials) > MaxTrials {
		return fmt.Errorf("must have from 1 to %d trials (got %d)", MaxTrials, len(s.Trials))
	}
	for i, values := range s.Trials {
		if len(values) != len(s.Axes) {
			return fmt.Errorf("trial %d has %d values for %d axes", i, len(values), len(s.Axes))
		}
	}
	return nil
}

// seed returns the seed of trial i: 32 bits, about half of which differ from the seed of
// any other trial. It is the mixing function of SplitMix64 (Steele, Lea and Flood
// 2014, "Fast splittable pseudorandom number generators").
func seed(base uint64, i int) uint64 {
	z := base + uint64(i+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return (z ^ z>>31) >> 32
}
