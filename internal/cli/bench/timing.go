package bench

import (
	"slices"
	"time"
)

// timed is something that can be timed repeatedly.
type timed interface {
	// time takes one sample: the mean time of a step or epoch.
	time() (time.Duration, error)
	// expected is about how long time takes.
	expected() time.Duration
}

// samples are the times of one case, in ascending order.
type samples []time.Duration

// median returns the sample in the middle, in seconds.
func (s samples) median() float64 { return s[len(s)/2].Seconds() }

// fastest returns the shortest sample, in seconds.
func (s samples) fastest() float64 { return s[0].Seconds() }

// slowest returns the longest sample, in seconds.
func (s samples) slowest() float64 { return s[len(s)-1].Seconds() }

// timeAll times all cases in turn, and that repeats times, so that whatever slows the
// machine for a while slows all cases alike. Before each sample it calls progress with
// the part of the expected time that is done.
func timeAll[C timed](cases []C, repeats int, progress func(done, total time.Duration)) ([]samples, error) {
	var round, done time.Duration
	for _, c := range cases {
		round += c.expected()
	}
	all := make([]samples, len(cases))
	for range repeats {
		for i, c := range cases {
			progress(done, round*time.Duration(repeats))
			t, err := c.time()
			if err != nil {
				return nil, err
			}
			all[i] = append(all[i], t)
			done += c.expected()
		}
	}
	for _, s := range all {
		slices.Sort(s)
	}
	return all, nil
}
