package gpu

import (
	"strings"
	"testing"
	"time"
)

func TestTraceLeavesOutTheFirstCall(t *testing.T) {
	var trace Trace
	trace.add("Advance", "advance", 0, 16, time.Hour)
	for range 3 {
		trace.add("LinearForward", "gemm 2x3x5", 60, 124, 100*time.Microsecond)
	}
	trace.add("Advance", "advance", 0, 16, 4*time.Microsecond)

	rows := trace.sorted()
	if len(rows) != 2 {
		t.Fatalf("%d rows, want 2", len(rows))
	}
	gemm, advance := rows[0], rows[1]
	if gemm.calls != 2 || gemm.total != 200*time.Microsecond {
		t.Errorf("gemm has %d calls in %v, want 2 in 200µs", gemm.calls, gemm.total)
	}
	if got, want := gemm.rate(gemm.flops), 60/100e3; got != want {
		t.Errorf("gemm runs at %v GFLOP/s, want %v", got, want)
	}
	if advance.calls != 1 || advance.total != 4*time.Microsecond {
		t.Errorf("advance has %d calls in %v, want 1 in 4µs", advance.calls, advance.total)
	}
}

func TestTracePrintsTheLongestFirst(t *testing.T) {
	var trace Trace
	trace.add("SGDStep", "sgd_step", 0, 12000, time.Microsecond)
	trace.add("LinearForward", "gemm 64x64x64", 524288, 49152, 2*time.Microsecond)
	var out strings.Builder
	if err := trace.Print(&out); err != nil {
		t.Fatal(err)
	}
	want := `op             call           calls  total  mean  GFLOP/s  GB/s
LinearForward  gemm 64x64x64  1      2µs    2µs   262      24.6
SGDStep        sgd_step       1      1µs    1µs   0        12.0
`
	if out.String() != want {
		t.Errorf("table is\n%swant\n%s", out.String(), want)
	}
}
