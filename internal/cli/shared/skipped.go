package shared

import (
	"fmt"
	"io"
	"strconv"

	"mnistgpu/internal/mnist/convert"
	"mnistgpu/internal/ui"
)

// told is how often one cause is reported before it is only counted.
const told = 3

// A skipReporter reports what was skipped: each cause three times, and then how often it
// occurred.
type skipReporter struct {
	list   func(line string)
	all    io.Writer // or nil
	err    error     // of all
	causes []string
	counts map[string]int
	first  map[string]convert.Skipped
}

// newSkipReporter returns one that calls report for each line of its report. If all is
// not nil, everything that was skipped is also written to it, a line each.
func newSkipReporter(report func(line string), all io.Writer) *skipReporter {
	return &skipReporter{list: report, all: all, counts: map[string]int{}, first: map[string]convert.Skipped{}}
}

// skip reports one thing. It is meant for [convert.Options].
func (r *skipReporter) skip(s convert.Skipped) {
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

// finish reports how often causes occurred that were not reported each time. The error is
// that of the writer of the full list.
func (r *skipReporter) finish() error {
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
		r.list(fmt.Sprintf("skipped %s more %s for the same reason as %s", ui.Thousands(more), what, place))
	}
	return r.err
}
