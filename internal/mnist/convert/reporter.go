package convert

import (
	"fmt"
	"io"
	"strconv"
)

// told is how often one cause is reported before it is only counted.
const told = 3

// A Reporter reports what was skipped: each cause three times, and then how often it
// occurred.
type Reporter struct {
	list   func(line string)
	all    io.Writer // or nil
	err    error     // of all
	causes []string
	counts map[string]int
	first  map[string]Skipped
}

// NewReporter returns a Reporter that calls report for each line of its report. If all is
// not nil, everything that was skipped is also written to it, a line each.
func NewReporter(report func(line string), all io.Writer) *Reporter {
	return &Reporter{list: report, all: all, counts: map[string]int{}, first: map[string]Skipped{}}
}

// Skip reports one thing. It is meant for Options.Skip.
func (r *Reporter) Skip(s Skipped) {
	if r.all != nil && r.err == nil {
		_, r.err = fmt.Fprintln(r.all, s.String())
	}
	n := r.counts[s.Cause]
	r.counts[s.Cause]++
	if n == 0 {
		r.causes = append(r.causes, s.Cause)
		r.first[s.Cause] = s
	}
	if n < told {
		r.list("skipped " + s.String())
	}
}

// Finish reports how often causes occurred that were not reported each time. The error is
// that of the writer of the full list.
func (r *Reporter) Finish() error {
	for _, cause := range r.causes {
		more := r.counts[cause] - told
		if more <= 0 {
			continue
		}
		what := "lines"
		if r.first[cause].Line == 0 {
			what = "files"
		}
		if more == 1 {
			what = what[:len(what)-1]
		}
		s := r.first[cause]
		s.Reason = ""
		place := s.Path
		if s.Line > 0 {
			place += ":" + strconv.Itoa(s.Line)
		}
		r.list(fmt.Sprintf("skipped %s more %s for the same reason as %s", thousands(more), what, place))
	}
	return r.err
}

// thousands returns a number with a comma before each group of three digits.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
