// Package results holds figures as they were measured, a file for each kind, and the test
// that every line tells when, where and by which command it was measured.
package results

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"
)

// commit is that of the sources that were measured.
var commit = regexp.MustCompile(`^[0-9a-f]{7}$`)

func TestEveryFigureHasACommand(t *testing.T) {
	paths, err := filepath.Glob("*.csv")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no results: %v", err)
	}
	for _, path := range paths {
		content, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer content.Close()
		lines, err := csv.NewReader(content).ReadAll() // each must have as many fields as the first
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if len(lines) < 2 || len(lines[0]) < 5 || !slices.Equal(lines[0][:4], []string{"date", "commit", "machine", "command"}) {
			t.Fatalf("%s: first columns are not date, commit, machine, command, or there are no figures", path)
		}
		for i, line := range lines[1:] {
			if _, err := time.Parse(time.DateOnly, line[0]); err != nil || !commit.MatchString(line[1]) || line[2] == "" || line[3] == "" {
				t.Errorf("%s: line %d has a wrong date or commit, or lacks a machine or command", path, i+2)
			}
		}
	}
}
