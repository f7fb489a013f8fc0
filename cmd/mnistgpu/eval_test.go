package main

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// agrees EVAL HISTORY checks that the JSON object of eval has, digit for digit, the
// test loss and the test accuracy in the last line of a history.
func agrees(ts *testscript.TestScript, neg bool, args []string) {
	var object map[string]json.RawMessage
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &object))
	lines, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[1]))).ReadAll()
	ts.Check(err)
	last := map[string]string{}
	for i, name := range lines[0] {
		last[name] = lines[len(lines)-1][i]
	}
	for key, name := range map[string]string{"loss": "test_loss", "accuracy": "test_accuracy"} {
		if got, want := string(object[key]), last[name]; got != want || got == "" {
			ts.Fatalf("%s is %q, want the %s %q", key, got, name, want)
		}
	}
}

// sums FILE ROWS checks that a CSV of predictions has that many rows, numbered from 0,
// whose probabilities add up to 1.
func sums(ts *testscript.TestScript, neg bool, args []string) {
	lines, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[0]))).ReadAll()
	ts.Check(err)
	if got := strconv.Itoa(len(lines) - 1); got != args[1] {
		ts.Fatalf("%s has %s rows, want %s", args[0], got, args[1])
	}
	for i, line := range lines[1:] {
		if line[0] != strconv.Itoa(i) {
			ts.Fatalf("row %d has the index %s", i, line[0])
		}
		var sum float64
		for _, field := range line[3:] {
			p, err := strconv.ParseFloat(field, 64)
			ts.Check(err)
			sum += p
		}
		// Each of the ten numbers was rounded to float32.
		if !(math.Abs(sum-1) <= 1e-6) {
			ts.Fatalf("the probabilities of row %d add up to %v", i, sum)
		}
	}
}

func TestConfusionTableIsAligned(t *testing.T) {
	s := scored{Confusion: [][]int{{980, 0, 3}, {1, 1135, 0}, {0, 12, 7}}}
	want := `label  predicted
          0     1     2
    0   980     .     3
    1     1  1135     .
    2     .    12     7
`
	if got := s.confusionTable(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
