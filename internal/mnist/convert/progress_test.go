package convert

import (
	"slices"
	"strings"
	"testing"
)

// Progress grows from the first report on, and ends at the total.
func TestProgress(t *testing.T) {
	for name, files := range map[string]map[string][]byte{
		"table": {"x.csv": []byte(strings.Repeat("0,1,2,3,100\n1,1,2,3,200\n", 50_000))},
		"IDX":   {"images": imagesIDX(all), "labels": labelsIDX(all)},
		"npz":   {"x.npz": npz(t, 8, "x", imagesNPY(all), "y", labelsNPY(all))},
		"tree":  tree(t, all, "."),
	} {
		var done, totals []int64
		o := Options{Progress: func(d, total int64) { done, totals = append(done, d), append(totals, total) }}
		if _, err := Load(store(t, files), o); err != nil {
			t.Fatal(err)
		}
		last := len(done) - 1
		if last < 0 || !slices.IsSorted(done) || done[last] != totals[last] || done[0] <= 0 {
			t.Errorf("%s: progress is %v of %v", name, done, totals)
		}
		if name == "table" && last < 20 {
			t.Errorf("%s: %d reports", name, last+1)
		}
	}
}
