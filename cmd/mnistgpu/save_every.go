package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/pflag"
)

// saving holds the flags about the states that a run saves.
type saving struct {
	every  saveEvery
	keep   int
	resume string // never or auto
}

func (s *saving) register(f *pflag.FlagSet) {
	f.Var(&s.every, "save-every", "how often to save the state to resume from: a number of steps, a time such as 30s, or epoch")
	f.IntVar(&s.keep, "keep", 2, "`number` of saved states to keep; only the newest are kept")
	f.StringVar(&s.resume, "resume", "never", "never, or auto: continue the run in --run-dir if it was started before")
}

func (s *saving) check(runDir string) error {
	switch {
	case s.keep < 1:
		return fmt.Errorf("--keep %d: want 1 or more", s.keep)
	case s.resume != "never" && s.resume != "auto":
		return fmt.Errorf("--resume %q: want never or auto", s.resume)
	case s.resume == "auto" && runDir == "":
		return errors.New("--resume auto needs the folder of the run, --run-dir")
	}
	return nil
}

// saveEvery is the value of a flag that says how often a run saves its state: every so
// many steps, at an interval of time or, if it is zero, at the end of each epoch.
type saveEvery struct {
	steps    int
	interval time.Duration
}

// eachEpoch is the text of the zero saveEvery.
const eachEpoch = "epoch"

func (e *saveEvery) String() string {
	switch {
	case e.steps > 0:
		return strconv.Itoa(e.steps)
	case e.interval > 0:
		return e.interval.String()
	}
	return eachEpoch
}

func (e *saveEvery) Set(s string) error {
	if s == eachEpoch {
		*e = saveEvery{}
		return nil
	}
	if steps, err := strconv.Atoi(s); err == nil && steps > 0 {
		*e = saveEvery{steps: steps}
		return nil
	}
	interval, err := time.ParseDuration(s)
	if err != nil || interval <= 0 {
		return errors.New("neither steps nor a time")
	}
	*e = saveEvery{interval: interval}
	return nil
}

func (e *saveEvery) Type() string { return "interval" }
