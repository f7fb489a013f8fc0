package ui

import "testing"

// TestFitParts draws the line of a run in narrower and narrower terminals.
func TestFitParts(t *testing.T) {
	parts := []string{"step   5/300", "loss 0.5", "train 87.50 %", "123,456 images/s", "ETA 8.0s"}
	const whole = "step   5/300  loss 0.5  train 87.50 %  123,456 images/s  ETA 8.0s"
	for _, test := range []struct {
		columns int
		want    string
	}{
		{1000, whole},
		{len(whole), whole},
		{len(whole) - 1, "step   5/300  loss 0.5  train 87.50 %  ETA 8.0s"},
		{40, "step   5/300  loss 0.5  ETA 8.0s"},
		{30, "step   5/300  ETA 8.0s"},
		{8, "step   5"},
		{0, ""},
		{-5, ""},
	} {
		if got := fitParts(parts, test.columns); got != test.want {
			t.Errorf("in %d columns: %q, want %q", test.columns, got, test.want)
		}
	}
	if got := JoinParts(parts); got != whole {
		t.Errorf("afterwards the line is %q", got)
	}
	if got := fitParts(nil, 10); got != "" {
		t.Errorf("no parts are %q", got)
	}
}
