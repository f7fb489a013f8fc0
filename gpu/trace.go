package gpu

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// Trace is a table of where the time of a run goes. The zero Trace is empty and
// ready. Times run from the launch of a call to the end of the wait for it, so
// they hold some microseconds of both.
type Trace struct {
	rows map[traceKey]*TraceRow
}

type traceKey struct{ op, call string }

// TraceRow is the sum over all runs of a call, but for its first, which also
// loads and warms up, unless that is the only one.
type TraceRow struct {
	Op    string // the verb, such as LinearForward
	Call  string // a kernel, or a matrix product with its m, n and k
	Calls int
	Total time.Duration
	Flops int // floating-point operations of one run, 0 for kernels
	Bytes int // what one run reads and writes at the least

	warm bool
}

// Mean is the time of one run.
func (r *TraceRow) Mean() time.Duration { return r.Total / time.Duration(r.Calls) }

// GFlops is the number of billions of floating-point operations a second.
func (r *TraceRow) GFlops() float64 { return r.rate(r.Flops) }

// GBytes is the number of gigabytes moved a second, if nothing moves twice.
func (r *TraceRow) GBytes() float64 { return r.rate(r.Bytes) }

func (r *TraceRow) rate(n int) float64 {
	return float64(n) * float64(r.Calls) / float64(max(r.Total, 1))
}

// Add counts one run of a call.
func (t *Trace) Add(op, call string, flops, bytes int, took time.Duration) {
	if t.rows == nil {
		t.rows = map[traceKey]*TraceRow{}
	}
	key := traceKey{op, call}
	row := t.rows[key]
	switch {
	case row == nil:
		t.rows[key] = &TraceRow{Op: op, Call: call, Calls: 1, Total: took, Flops: flops, Bytes: bytes}
	case !row.warm:
		row.warm, row.Total = true, took
	default:
		row.Calls++
		row.Total += took
	}
}

// Rows returns the table, the longest total first.
func (t *Trace) Rows() []*TraceRow {
	rows := make([]*TraceRow, 0, len(t.rows))
	for _, row := range t.rows {
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b *TraceRow) int {
		return cmp.Or(cmp.Compare(b.Total, a.Total), cmp.Compare(a.Op, b.Op), cmp.Compare(a.Call, b.Call))
	})
	return rows
}

// Print writes the table to w.
func (t *Trace) Print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "op\tcall\tcalls\ttotal\tmean\tGFLOP/s\tGB/s")
	for _, r := range t.Rows() {
		fmt.Fprintf(table, "%s\t%s\t%d\t%v\t%v\t%.0f\t%.1f\n", r.Op, r.Call, r.Calls,
			r.Total.Round(time.Microsecond), r.Mean().Round(100*time.Nanosecond), r.GFlops(), r.GBytes())
	}
	return table.Flush()
}
