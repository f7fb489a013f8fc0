// Package bench times the parts of training through the interface of any backend:
// steps, epochs and single matrix products.
package bench

import (
	"slices"
	"time"
)

// A Case is something that can be timed repeatedly.
type Case interface {
	// Time takes one sample: the time of one step, epoch or product.
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

// rest is how long Run waits before each sample. The threads of OpenBLAS spin for
// 30 ms waiting for more work, and would take processor time from the next case.
const rest = 50 * time.Millisecond

// Run times all cases in turn, and that repeats times, so that whatever slows the
// machine for a while slows all cases alike. Before each sample it calls tell with
// the part of the expected time that is done.
func Run(cases []Case, repeats int, tell func(done, total time.Duration)) ([]Samples, error) {
	var round time.Duration
	for _, c := range cases {
		round += rest + c.Expected()
	}
	samples := make([]Samples, len(cases))
	var done time.Duration
	for range repeats {
		for i, c := range cases {
			tell(done, round*time.Duration(repeats))
			time.Sleep(rest)
			t, err := c.Time()
			if err != nil {
				return nil, err
			}
			samples[i] = append(samples[i], t)
			done += rest + c.Expected()
		}
	}
	for _, s := range samples {
		slices.Sort(s)
	}
	return samples, nil
}
