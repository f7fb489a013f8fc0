package gpu

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// Trace is a table of where the time of a run goes. The zero Trace is empty and ready.
// Times run from the launch of a call to the end of the wait for it, so they include a
// few microseconds of overhead.
type Trace struct {
	rows map[traceKey]*traceRow
}

type traceKey struct {
	op   string // the verb, such as LinearForward
	call string // a kernel, or a matrix product with its m, n and k
}

// traceRow is the sum over all runs of a call except the first, which includes loading
// and warming up. If there is only one run, it is that one.
type traceRow struct {
	traceKey
	calls int
	total time.Duration
	flops int // floating-point operations of one run, 0 for kernels
	bytes int // the least that one run reads and writes
	warm  bool
}

// mean is the time of one run.
func (r *traceRow) mean() time.Duration { return r.total / time.Duration(r.calls) }

// rate is the number of billions of operations a second, or of gigabytes, if a run takes n
// operations or bytes and moves nothing twice.
func (r *traceRow) rate(n int) float64 {
	return float64(n) * float64(r.calls) / float64(max(r.total, 1))
}

// add counts one run of a call.
func (t *Trace) add(op, call string, flops, bytes int, took time.Duration) {
	if t.rows == nil {
		t.rows = map[traceKey]*traceRow{}
	}
	key := traceKey{op, call}
	row := t.rows[key]
	switch {
	case row == nil:
		t.rows[key] = &traceRow{traceKey: key, calls: 1, total: took, flops: flops, bytes: bytes}
	case !row.warm:
		row.warm, row.total = true, took
	default:
		row.calls++
		row.total += took
	}
}

// sorted returns the table, the longest total first.
func (t *Trace) sorted() []*traceRow {
	rows := make([]*traceRow, 0, len(t.rows))
	for _, row := range t.rows {
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b *traceRow) int {
		return cmp.Or(cmp.Compare(b.total, a.total), cmp.Compare(a.op, b.op), cmp.Compare(a.call, b.call))
	})
	return rows
}

// Print writes the table to w.
func (t *Trace) Print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "op\tcall\tcalls\ttotal\tmean\tGFLOP/s\tGB/s")
	for _, r := range t.sorted() {
		fmt.Fprintf(table, "%s\t%s\t%d\t%v\t%v\t%.0f\t%.1f\n", r.op, r.call, r.calls,
			r.total.Round(time.Microsecond), r.mean().Round(100*time.Nanosecond), r.rate(r.flops), r.rate(r.bytes))
	}
	return table.Flush()
}
