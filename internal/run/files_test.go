package run

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/train"
)

// write makes a folder with a file.
func write(t *testing.T, name, content string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestHistoryReadsBack(t *testing.T) {
	records := []train.Record{
		{Step: 0, Epoch: 0.1, Loss: 1.0 / 3, TrainAccuracy: 0.1, TestLoss: 2.5e-17, TestAccuracy: 0.95, Seconds: 0.0004, LearningRate: 0.5, ValLoss: 2, ValAccuracy: 0.3},
		{Step: 468, Epoch: 1, Loss: 0.25, TrainAccuracy: 0.97, TestLoss: 0.5, TestAccuracy: 0.9, Seconds: 1.5, LearningRate: 0.25, ValLoss: 1, ValAccuracy: 0.6},
	}
	h, err := ReadHistory(write(t, "history.csv", string(EncodeHistory(records, true))))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]float64{
		"step": {0, 468}, "epoch": {0.1, 1}, "loss": {1.0 / 3, 0.25}, "train_accuracy": {0.1, 0.97},
		"test_loss": {2.5e-17, 0.5}, "test_accuracy": {0.95, 0.9}, "seconds": {0, 1.5},
		"learning_rate": {0.5, 0.25}, "val_loss": {2, 1}, "val_accuracy": {0.3, 0.6},
	}
	if diff := cmp.Diff(want, h.columns); diff != "" || h.Len != 2 {
		t.Errorf("%d lines: %s", h.Len, diff)
	}
	if best, ok := h.Best(); !ok || best != 0.95 {
		t.Errorf("the best is %v, %v", best, ok)
	}
}

func TestHistoryWithoutValidation(t *testing.T) {
	h, err := ReadHistory(write(t, "history.csv", string(EncodeHistory([]train.Record{{LearningRate: 0.5}}, false))))
	if err != nil {
		t.Fatal(err)
	}
	if h.Column("learning_rate") == nil || h.Column("val_loss") != nil || h.Column("val_accuracy") != nil {
		t.Errorf("the columns are %v", h.columns)
	}
}

const header = "step,epoch,loss,train_accuracy,test_loss,test_accuracy,seconds"

func TestHistoryMayHaveMoreColumns(t *testing.T) {
	h, err := ReadHistory(write(t, "history.csv", "val_loss,"+header+",note\n,1,1,1,1,1,1,1,a\n0.5,1,1,1,1,1,1,1,\n\nNaN,1,1,1,1,1,1,1,b\n"))
	if err != nil {
		t.Fatal(err)
	}
	if v := h.Column("val_loss"); len(v) != 3 || !math.IsNaN(v[0]) || v[1] != 0.5 || !math.IsNaN(v[2]) || h.Column("note") != nil {
		t.Errorf("the columns are %v", h.columns)
	}
	empty, err := ReadHistory(write(t, "history.csv", header+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := empty.Best(); ok || empty.Len != 0 {
		t.Error("a run without an evaluation has a best one")
	}
}

// What EncodeHistory writes of a run that is about to diverge is read back.
func TestHistoryOfATestLossThatIsNotFinite(t *testing.T) {
	records := []train.Record{{TestLoss: 1e26}, {TestLoss: math.NaN()}, {TestLoss: math.Inf(1)}, {TestLoss: math.Inf(-1)}}
	h, err := ReadHistory(write(t, "history.csv", string(EncodeHistory(records, false))))
	if err != nil {
		t.Fatal(err)
	}
	if v := h.Column("test_loss"); len(v) != 4 || v[0] != 1e26 || !math.IsNaN(v[1]) || !math.IsNaN(v[2]) || !math.IsNaN(v[3]) {
		t.Errorf("the test losses are %v", v)
	}
}

// The header may be exactly as long as its limit.
func TestHistoryAtItsLimit(t *testing.T) {
	extra := strings.Repeat(",", maxHeader-len(header))
	h, err := ReadHistory(write(t, "history.csv", header+extra+"\n1,1,1,1,1,1,1"+extra))
	if err != nil || h.Len != 1 || len(h.columns) != len(columns) {
		t.Errorf("read %+v, %v", h, err)
	}
}

func TestBadHistory(t *testing.T) {
	for content, want := range map[string]string{
		"":                                       "is not the history of a run: it is empty",
		"step,epoch\n1,1\n":                      `is not the history of a run: it has no column "loss"`,
		header + ",\n1,1,1,1\n":                  "is not the history of a run: line 2 must have 8 fields (got 4)",
		header + "\n\n1,1,NaN,1,1,1,1\n":         `is not the history of a run: line 3: loss must be a finite number (got "NaN")`,
		header + "\n1,1,1,1,1,1,+Inf\n":          `is not the history of a run: line 2: seconds must be a finite number (got "+Inf")`,
		header + "\n1,1,1,1,1,ninety,1\n":        `is not the history of a run: line 2: test_accuracy must be a finite number (got "ninety")`,
		header + ",val_loss\n1,1,1,1,1,1,1,no\n": `is not the history of a run: line 2: val_loss must be a finite number (got "no")`,
		header + "\r\n1,1,1,1,1,1," + strings.Repeat("1", 20) + "\r\n1,1,1,1,1,1," + strings.Repeat("x", 21): `is not the history of a run: line 3: seconds must be a finite number (got "` + strings.Repeat("x", 20) + `...")`,
		header + "\n1,1,1,1,1,1," + strings.Repeat("x", 20) + "\n":                                           `is not the history of a run: line 2: seconds must be a finite number (got "` + strings.Repeat("x", 20) + `")`,
		header + "\n1,1,1,1,,1,1\n":                                  `is not the history of a run: line 2: test_loss must be a finite number (got "")`,
		header + "\n1,1,1,1,nan,1,1\n":                               `is not the history of a run: line 2: test_loss must be a finite number (got "nan")`,
		header + ",loss\n":                                           `is not the history of a run: it has two columns "loss"`,
		header + ",val_loss,val_loss\n":                              `is not the history of a run: it has two columns "val_loss"`,
		header + strings.Repeat(",", maxHeader+1-len(header)) + "\n": "is not the history of a run: its first line must have at most 4096 bytes (got 4097)",
		"\x89PNG\r\n\x1a\n\"":                                        "is not the history of a run: ",
	} {
		dir := write(t, "history.csv", content)
		_, err := ReadHistory(dir)
		if err == nil || !strings.HasPrefix(err.Error(), filepath.Join(dir, "history.csv")+": "+want) {
			t.Errorf("%q: %v, want %s", content, err, want)
		}
	}
	if _, err := ReadHistory(t.TempDir()); !fault.Is(err, fault.BadData) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without the file: %v", err)
	}
}

func TestSummaryReadsBack(t *testing.T) {
	loss, accuracy, kept := 0.5, 0.98, 3
	want := &Summary{
		Status: "done", Hidden: []int{400, 300}, Steps: train.MaxSteps, Seed: math.MaxUint64,
		Loss: &loss, TrainAccuracy: &accuracy, TestAccuracy: &accuracy, ValLoss: &loss, ValAccuracy: &accuracy, KeptStep: &kept,
	}
	got, err := ReadSummary(write(t, "summary.json", string(want.Encode())))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v: %s", err, diff)
	}
}

func TestBadSummary(t *testing.T) {
	for content, want := range map[string]string{
		"":                       "is not the summary of a run: unexpected end of JSON input",
		"{}":                     "is not the summary of a run: it has no status",
		"null":                   "is not the summary of a run: it has no status",
		`{"status":"done"`:       "is not the summary of a run: unexpected end of JSON input",
		`{"status":"done"} {}`:   "is not the summary of a run: invalid character",
		`{"status":1}`:           "is not the summary of a run: json: cannot unmarshal",
		`[{"status":"diverge"}]`: "is not the summary of a run: json: cannot unmarshal",
	} {
		dir := write(t, "summary.json", content)
		_, err := ReadSummary(dir)
		if err == nil || !strings.HasPrefix(err.Error(), filepath.Join(dir, "summary.json")+": "+want) {
			t.Errorf("%q: %v, want %s", content, err, want)
		}
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "summary.json"), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadSummary(dir); err == nil || !strings.HasSuffix(err.Error(), "is not a regular file") {
		t.Errorf("a folder in its place: %v", err)
	}
}
