package shared

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/mnist/convert"
)

// One cause is reported three times and then counted, whatever the numbers in its reasons.
func TestReporter(t *testing.T) {
	content := "label,a,b,c,d\n" + strings.Repeat("0,1,2,3,100\n", 1500)
	for i := range 1234 {
		content += fmt.Sprintf("1,%d,2,3,100\n", 256+i)
	}
	content += "0,1,2\n1,1,2,3,200\n"
	path := filepath.Join(t.TempDir(), "x.csv")
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	var lines []string
	var full strings.Builder
	r := newSkipReporter(func(line string) { lines = append(lines, strings.ReplaceAll(line, path, "x.csv")) }, &full)
	if _, err := convert.Load(path, convert.Options{Skip: r.skip, AllowSkipped: true}); err != nil {
		t.Fatal(err)
	}
	if err := r.finish(); err != nil {
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
	r := newSkipReporter(func(line string) { lines = append(lines, line) }, full{})
	for i := range 4 {
		r.skip(convert.Skipped{Path: fmt.Sprintf("a/%d.png", i), Cause: "why", Reason: "why"})
	}
	if err := r.finish(); err == nil || err.Error() != "no space left" {
		t.Errorf("the full list failed with %v", err)
	}
	if want := "skipped 1 more file for the same reason as a/0.png"; len(lines) != 4 || lines[3] != want {
		t.Errorf("%q, want %q at the end", lines, want)
	}
}
