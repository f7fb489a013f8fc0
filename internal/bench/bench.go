// Package bench times the steps and epochs of training on any backend.
package bench

import (
	"slices"
	"time"
)

// Case is something that can be timed repeatedly.
type Case interface {
	// Time takes one sample: the mean time of a step or epoch.
	Time() (time.Duration, error)
	// Expected is about how long Time takes.
	Expected() time.Duration
}

// Samples are the times of one case, in ascending order.
type Samples []time.Duration

// Median returns the sample in the middle, in seconds.
func (s Samples) Median() float64 { return s[len(s)/2].Seconds() }

// Fastest returns the shortest sample, in seconds.
func (s Samples) Fastest() float64 { return s[0].Seconds() }

// Slowest returns the longest sample, in seconds.
func (s Samples) Slowest() float64 { return s[len(s)-1].Seconds() }

// Run times all cases in turn, and that repeats times, so that whatever slows the
// machine for a while slows all cases alike. Before each sample it calls tell with
// the part of the expected time that is done.
func Run[C Case](cases []C, repeats int, tell func(done, total time.Duration)) ([]Samples, error) {
	var round, done time.Duration
	for _, c := range cases {
		round += c.Expected()
	}
	samples := make([]Samples, len(cases))
	for range repeats {
		for i, c := range cases {
			tell(done, round*time.Duration(repeats))
			t, err := c.Time()
			if err != nil {
				return nil, err
			}
			samples[i] = append(samples[i], t)
			done += c.Expected()
		}
	}
	for _, s := range samples {
		slices.Sort(s)
	}
	return samples, nil
}
