// Package bench times what training is made of, on any backend and through its
// contract: steps, epochs and single matrix products.
package bench

import (
	"slices"
	"time"
)

// A Case is something that can be timed again and again.
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

// rest is how long Run waits before each sample. The threads of OpenBLAS look out
// for more work for 30 ms, and would take the processor of the next case's.
const rest = 50 * time.Millisecond

// Run times all cases in turn, repeats times over, so that what slows the machine
// for a while slows all alike. Before each sample it tells how much of the
// expected time is done.
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
