package fault

import (
	"fmt"
	"strings"
)

// Kind says what kind of fault ended a command. It decides the exit code.
type Kind uint8

// The kinds. Exit codes are part of the command's contract.
const (
	Internal Kind = iota
	BadUsage
	BadData
	BadState // a checkpoint of another run
	NoDevice
	DeviceLost
	StepTimeout
	OutOfMemory
	Diverged
	WrongNumber
	CannotWrite
	TargetMissed
	CannotListen
	HungUp
	Interrupted
	Terminated
)

// kinds has the exit code of each kind, and what to do about it where that does not
// depend on the case. Kinds that share a code are told apart by people, not by scripts.
var kinds = [...]struct {
	code          int
	meaning, hint string
}{
	Internal:     {1, "internal failure", ""},
	BadUsage:     {2, "usage: a flag or an argument makes no sense", ""},
	BadData:      {3, "a file is missing or bad", ""},
	BadState:     {3, "", ""},
	NoDevice:     {4, "no usable device", ""},
	DeviceLost:   {5, "device lost", "see nvidia-smi and the system log"},
	StepTimeout:  {5, "", "if steps may take longer, give a longer --step-timeout; otherwise see nvidia-smi and the system log"},
	OutOfMemory:  {6, "out of device memory", "use fewer or narrower --hidden layers; a smaller --batch does not help, since large batches are processed in chunks"},
	Diverged:     {7, "diverged: a loss or weight is not finite, or --verify-every found a wrong number", "try a smaller --lr"},
	WrongNumber:  {7, "", "possible hardware fault: check the system log, and continue on another machine"},
	CannotWrite:  {8, "cannot write", ""},
	TargetMissed: {9, "target accuracy missed; the results were saved", ""},
	CannotListen: {10, "cannot listen: the address is in use, or not one of this machine", ""},
	HungUp:       {129, "hung up (SIGHUP, a closed terminal); the results so far were saved", ""},
	Interrupted:  {130, "interrupted (SIGINT); the results so far were saved", ""},
	Terminated:   {143, "terminated (SIGTERM); the results so far were saved", ""},
}

// ExitCode returns the exit code that tells scripts what kind of error err is: 0 for
// nil, and 1 for an error that is not an [*Error].
func ExitCode(err error) int {
	if err == nil {
		return 0
	}
	return kinds[kindOf(err)].code
}

// Hint returns what to do about err, or "".
func Hint(err error) string {
	if e := Of(err); e != nil && e.Hint != "" {
		return e.Hint
	}
	return kinds[kindOf(err)].hint
}

func kindOf(err error) Kind {
	if e := Of(err); e != nil {
		return e.Kind
	}
	return Internal
}

// ExitCodes returns a line for each exit code, with its meaning.
func ExitCodes() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%5d  done\n", 0)
	for _, k := range kinds {
		if k.meaning != "" {
			fmt.Fprintf(&b, "%5d  %s\n", k.code, k.meaning)
		}
	}
	return b.String()
}
