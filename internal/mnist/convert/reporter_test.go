package convert

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// One cause is reported three times and then counted, whatever the numbers in its reasons.
func TestReporter(t *testing.T) {
	content := "label,a,b,c,d\n" + strings.Repeat("0,1,2,3,100\n", 1500)
	for i := range 1234 {
		content += fmt.Sprintf("1,%d,2,3,100\n", 256+i)
	}
	content += "0,1,2\n1,1,2,3,200\n"
	path := filepath.Join(store(t, map[string][]byte{"x.csv": []byte(content)}), "x.csv")
	var lines []string
	var full strings.Builder
	r := NewReporter(func(line string) { lines = append(lines, strings.ReplaceAll(line, path, "x.csv")) }, &full)
	if _, err := Load(path, Options{Skip: r.Skip, AllowSkipped: true}); err != nil {
		t.Fatal(err)
	}
	if err := r.Finish(); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"skipped x.csv:1502: pixel 1 must be from 0 to 255 (got 256)",
		"skipped x.csv:1503: pixel 1 must be from 0 to 255 (got 257)",
		"skipped x.csv:1504: pixel 1 must be from 0 to 255 (got 258)",
		"skipped x.csv:2736: must have 5 columns (got 3)",
		"skipped 1,231 more lines for the same reason as x.csv:1502",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if n := strings.Count(full.String(), "\n"); n != 1235 || !strings.HasSuffix(full.String(), ":2736: must have 5 columns (got 3)\n") {
		t.Errorf("%d lines in the full list", n)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestReporterOfFiles(t *testing.T) {
	var lines []string
	r := NewReporter(func(line string) { lines = append(lines, line) }, full{})
	for i := range 4 {
		r.Skip(Skipped{fmt.Sprintf("a/%d.png", i), 0, "why", "why"})
	}
	if err := r.Finish(); err == nil || err.Error() != "no space left" {
		t.Errorf("the full list failed with %v", err)
	}
	if want := "skipped 1 more file for the same reason as a/0.png"; len(lines) != 4 || lines[3] != want {
		t.Errorf("%q, want %q at the end", lines, want)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 59_997: "59,997", 123_456_789: "123,456,789"} {
		if got := thousands(n); got != want {
			t.Errorf("%d is %s", n, got)
		}
	}
}

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
