//go:build cuda && linux

package gpu

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/backend"
)

// TestWrongCountsShow spoils what the recorder knows about the counters, after the
// first of several steps or after the last. Each fault must change the results.
func TestWrongCountsShow(t *testing.T) {
	simulate(t)
	want, err := small.trainOn(opener(Options{Engine: Fused}))
	if err != nil {
		t.Fatal(err)
	}
	nothing := func(*recorder) {}
	for _, test := range []struct {
		fault      string
		after, end func(r *recorder)
	}{
		{"none", nothing, nothing},
		{"a step too far", func(r *recorder) { r.ahead.steps++ }, func(r *recorder) { r.ahead.steps-- }},
		{"a row too far", func(r *recorder) { r.ahead.rows++ }, func(r *recorder) { r.ahead.rows-- }},
		{"another step's counter", func(r *recorder) { r.ahead.step = backend.Tensor{} }, nothing},
		{"rows of the step before", nothing, nothing},
		{"no launch at the end", nothing, func(r *recorder) { r.ahead = ahead{} }},
		{"a step too many at the end", nothing, func(r *recorder) { r.ahead.steps++ }},
		{"a row too few at the end", nothing, func(r *recorder) { r.ahead.rows-- }},
	} {
		got, err := spoiltSteps(test.fault == "rows of the step before", test.after, test.end)
		same := err == nil && cmp.Equal(want, got, cmp.AllowUnexported(outcome{}))
		if same != (test.fault == "none") {
			t.Errorf("%s: the same results: %t, %v", test.fault, same, err)
		}
	}
}

// spoiltSteps trains with one list of steps, whose recording is spoilt. If stale is
// true, only the first step gathers its rows.
func spoiltSteps(stale bool, after, end func(r *recorder)) (*outcome, error) {
	opened, err := Open(Options{Engine: Fused, NoGraph: true})
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	trainer, err := small.newTrainer(opened)
	if err != nil {
		return nil, err
	}
	b := opened.(*Backend)
	r := &recorder{b: b}
	for i := range small.steps {
		if stale && i > 0 {
			r.rows.Offset = r.offset(trainer.input.Images)
		}
		trainer.record(r)
		if i == 0 {
			after(r)
		}
	}
	end(r)
	r.settle()
	if r.err != nil {
		return nil, r.err
	}
	if err := (&list{b, r.calls}).Replay(); err != nil {
		return nil, err
	}
	if err := trainer.evaluate(); err != nil {
		return nil, err
	}
	return trainer.result()
}
