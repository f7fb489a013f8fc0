package settings

import (
	"strconv"
	"time"
)

// Interval says how often a run saves its state: every so many steps, at an interval of
// time or, if it is zero, at the end of each epoch.
type Interval struct {
	Steps int
	Time  time.Duration
}

// eachEpoch is the text of the zero Interval.
const eachEpoch = "epoch"

// Set accepts a number of steps, a time such as 30s, or epoch.
func (i *Interval) Set(text string) error {
	if text == eachEpoch {
		*i = Interval{}
		return nil
	}
	if steps, err := strconv.Atoi(text); err == nil && steps > 0 {
		*i = Interval{Steps: steps}
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return errValue
	}
	*i = Interval{Time: d}
	return nil
}

func (i *Interval) String() string {
	switch {
	case i.Steps > 0:
		return strconv.Itoa(i.Steps)
	case i.Time > 0:
		return i.Time.String()
	}
	return eachEpoch
}

// Must implements [Value].
func (i *Interval) Must() string { return "a number of steps, a time such as 30s, or epoch" }

// Literal implements [Value].
func (i *Interval) Literal() any {
	if i.Steps > 0 {
		return int64(i.Steps)
	}
	return i.String()
}
