package infer

import "testing"

func TestPercent(t *testing.T) {
	for p, want := range map[float64]string{0: "0.00 %", 1: "100.00 %", 1e-9: "<0.01 %", 1 - 1e-9: ">99.99 %", 0.12345: "12.35 %", 0.99994: "99.99 %"} {
		if got := Percent(p); got != want {
			t.Errorf("%v is %q: want %q", p, got, want)
		}
	}
}
