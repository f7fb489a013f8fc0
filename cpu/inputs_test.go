package cpu

import "testing"

func TestGroups(t *testing.T) {
	for _, want := range []struct{ panels, best, most, threads, groups int }{
		{25, 4, 5, 1, 6}, {25, 4, 5, 2, 6}, {64, 4, 5, 2, 16}, {64, 4, 5, 3, 15},
		{7, 4, 5, 2, 2}, {11, 4, 5, 2, 4}, {1, 4, 5, 2, 1}, {3, 1, 1, 2, 3}, {25, 2, 2, 2, 14},
	} {
		if got := groups(want.panels, want.best, want.most, want.threads); got != want.groups {
			t.Errorf("%+v: got %d groups", want, got)
		}
	}
	for panels := 1; panels < 300; panels++ {
		for threads := 1; threads < 20; threads++ {
			n := groups(panels, 4, 5, threads)
			if n < panels && n%threads != 0 {
				t.Errorf("%d groups of %d panels are not even for %d threads", n, panels, threads)
			}
			if widest := (panels + n - 1) / n; widest > 5 {
				t.Errorf("a group of %d of %d panels has %d of them", n, panels, widest)
			}
		}
	}
}
