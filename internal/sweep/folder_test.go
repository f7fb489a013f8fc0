package sweep

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mnistgpu/internal/fault"
)

// testSpec has four trials.
func testSpec() *Spec {
	return &Spec{
		Base: []Setting{{"preset", "default"}}, Axes: []string{"hidden", "lr"},
		Trials: [][]string{{"3", "0.1"}, {"3", "0.2"}, {"4", "0.1"}, {"4", "0.2"}}, Seed: 7,
	}
}

// testRecord is a result whose accuracy identifies its trial.
func testRecord(s *Spec, i int) *Record {
	trial := s.Trial(i)
	accuracy := 0.5 + float64(i)/10
	return &Record{
		Spec: s.Hash(), Seconds: float64(10 - i), Device: "any",
		Outcome: Outcome{
			Index: i, Settings: trial.Settings, Seed: trial.Seed, Status: Done,
			Loss: new(float64), TrainAccuracy: &accuracy, TestAccuracy: &accuracy, BestTestAccuracy: &accuracy,
		},
	}
}

// sweepFolder makes a folder with the given trials finished.
func sweepFolder(t *testing.T, s *Spec, finished ...int) *Folder {
	t.Helper()
	f, err := Create(filepath.Join(t.TempDir(), "sweep"), s)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range finished {
		if err := f.Save(testRecord(s, i)); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func merged(t *testing.T, folders ...*Folder) *Results {
	t.Helper()
	r, err := Merge(folders)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMergeDoesNotDependOnTheShards(t *testing.T) {
	s := testSpec()
	whole := merged(t, sweepFolder(t, s, 0, 1, 2, 3))
	a, b := sweepFolder(t, s, 3, 0), sweepFolder(t, s, 2, 1)
	for name, r := range map[string]*Results{"a, b": merged(t, a, b), "b, a": merged(t, b, a), "b, a, b": merged(t, b, a, b)} {
		if !bytes.Equal(r.CSV(), whole.CSV()) || !bytes.Equal(r.BestJSON(), whole.BestJSON()) || len(r.Missing) > 0 {
			t.Errorf("%s: got\n%s%swant\n%s%s", name, r.CSV(), r.BestJSON(), whole.CSV(), whole.BestJSON())
		}
	}
	if best := whole.Best(); best.Index != 3 {
		t.Errorf("the best trial is %d, want 3", best.Index)
	}
	if bytes.Contains(whole.CSV(), []byte("any")) {
		t.Error("the table tells the device")
	}
}

func TestMergeNamesWhatIsMissing(t *testing.T) {
	r := merged(t, sweepFolder(t, testSpec(), 1))
	if len(r.Missing) != 3 || r.Missing[0] != 0 || r.Missing[1] != 2 || r.Missing[2] != 3 {
		t.Errorf("missing are %v, want 0, 2 and 3", r.Missing)
	}
}

func TestMergeRefusesOtherSweeps(t *testing.T) {
	other := testSpec()
	other.Seed++
	_, err := Merge([]*Folder{sweepFolder(t, testSpec(), 0), sweepFolder(t, other, 1)})
	if !fault.Is(err, fault.BadData) {
		t.Errorf("merged two sweeps: %v", err)
	}
}

// TestBestPrefersValidation checks that trials are not chosen by the test images if there
// are validation images, and that a diverged one never wins.
func TestBestPrefersValidation(t *testing.T) {
	s := testSpec()
	r := &Results{Spec: s}
	for i, validation := range []float64{0.9, 0.7} {
		record := testRecord(s, i) // whose test accuracies are 0.5 and 0.6
		record.ValAccuracy = &validation
		r.Records = append(r.Records, record)
	}
	diverged := testRecord(s, 2)
	diverged.Status = Diverged
	r.Records = append(r.Records, diverged)
	if best := r.Best(); best.Index != 0 {
		t.Errorf("the best trial is %d, want 0", best.Index)
	}
	if best := (&Results{Spec: s, Records: []*Record{diverged}}).Best(); best != nil {
		t.Errorf("the best of one diverged trial is %v", best)
	}
}

// TestBestOfEquals checks that of trials with one accuracy the lowest loss wins, and the
// first of several with that.
func TestBestOfEquals(t *testing.T) {
	s := testSpec()
	for want, losses := range [][]float64{{0.1, 0.2, 0.3}, {0.2, 0.1, 0.1}, {0.3, 0.2, 0.1}} {
		r := &Results{Spec: s}
		for i := range losses {
			record := testRecord(s, i)
			record.Loss, record.TestAccuracy = &losses[i], new(float64)
			r.Records = append(r.Records, record)
		}
		if best := r.Best(); best.Index != want {
			t.Errorf("losses %v: the best trial is %d, want %d", losses, best.Index, want)
		}
	}
}

func TestCreateReusesTheSameSweepOnly(t *testing.T) {
	f := sweepFolder(t, testSpec(), 2)
	again, err := Create(f.Path, testSpec())
	if err != nil {
		t.Fatal(err)
	}
	if r, err := again.Load(2); r == nil || err != nil {
		t.Errorf("the finished trial is gone: %v, %v", r, err)
	}
	if r, err := again.Load(1); r != nil || err != nil {
		t.Errorf("a trial that is not finished gave %v, %v", r, err)
	}
	other := testSpec()
	other.Trials[0][0] = "5"
	if _, err := Create(f.Path, other); !fault.Is(err, fault.BadData) {
		t.Errorf("another sweep in the same folder gave %v", err)
	}
	occupied := t.TempDir()
	if err := os.WriteFile(filepath.Join(occupied, "letter.txt"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(occupied, testSpec()); !fault.Is(err, fault.CannotWrite) {
		t.Errorf("a folder with something else in it gave %v", err)
	}
}

// TestUnfinished checks that a sweep is found only if it has the same trials and lacks
// some of them, or their table.
func TestUnfinished(t *testing.T) {
	f := sweepFolder(t, testSpec(), 0, 1, 3)
	parent := filepath.Dir(f.Path)
	if err := os.WriteFile(filepath.Join(parent, "a.txt"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if got := Unfinished(parent, testSpec()); got == nil || got.Path != f.Path {
		t.Errorf("a sweep that lacks a trial is not found: %v", got)
	}
	other := testSpec()
	other.Seed++
	if got := Unfinished(parent, other); got != nil {
		t.Errorf("%s is of other trials", got.Path)
	}
	if err := f.Save(testRecord(f.Spec, 2)); err != nil {
		t.Fatal(err)
	}
	if got := Unfinished(parent, testSpec()); got == nil {
		t.Error("a sweep that lacks the table is not found")
	}
	if err := os.WriteFile(filepath.Join(f.Path, ResultsFile), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if got := Unfinished(parent, testSpec()); got != nil {
		t.Errorf("%s lacks nothing", got.Path)
	}
	if got := Unfinished(filepath.Join(parent, "nowhere"), testSpec()); got != nil {
		t.Errorf("found %s nowhere", got.Path)
	}
}

// TestBadFilesNeverCount corrupts a record in every way that has a message of its own,
// and cuts it off at every byte.
func TestBadFilesNeverCount(t *testing.T) {
	s := testSpec()
	f := sweepFolder(t, s, 1)
	path := filepath.Join(f.Path, trialFolder, trialFile(1))
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	replace := func(old, new string) string { return strings.Replace(string(good), old, new, 1) }
	bad := map[string]string{
		"is not JSON that mnistgpu wrote": "{",
		"unknown field":                   replace(`"status"`, `"state"`),
		"goes on after its JSON":          string(good) + "{}",
		"is of another sweep":             replace(s.Hash(), "0123456789abcdef"),
		"is not of trial 1":               replace(`"index": 1`, `"index": 2`),
		`has the status "half done"`:      replace(`"done"`, `"half done"`),
		"has -5 steps":                    replace(`"steps": 0`, `"steps": -5`),
		"has no loss":                     replace(`"loss": 0`, `"loss": null`),
		"has no training accuracy":        replace(`"train_accuracy": 0.6`, `"train_accuracy": null`),
		"has no test accuracy":            replace(`"test_accuracy": 0.6`, `"test_accuracy": null`),
		"has no best test accuracy":       strings.Replace(replace(`"done"`, `"diverged"`), `"best_test_accuracy": 0.6`, `"best_test_accuracy": null`, 1),
	}
	for want, content := range bad {
		if content == string(good) {
			t.Fatalf("%s: nothing was spoilt", want)
		}
		loads(t, f, path, content, want)
	}
	for n := range len(good) - 1 { // the last byte is the end of the line
		loads(t, f, path, string(good[:n]), "is not JSON that mnistgpu wrote")
	}
}

// A trial that diverged has all figures or, before its first evaluation, none.
func TestDivergedTrialsMayHaveNoFigures(t *testing.T) {
	s := testSpec()
	f := sweepFolder(t, s)
	early, late := testRecord(s, 1), testRecord(s, 2)
	early.Status, late.Status = Diverged, Diverged
	early.Loss, early.TrainAccuracy, early.TestAccuracy, early.BestTestAccuracy = nil, nil, nil, nil
	for _, r := range []*Record{early, late} {
		if err := f.Save(r); err != nil {
			t.Fatal(err)
		}
		if got, err := f.Load(r.Index); err != nil || (got.Loss == nil) != (r.Loss == nil) {
			t.Errorf("trial %d: %+v, %v", r.Index, got, err)
		}
	}
}

// loads checks that the record of trial 1 is refused.
func loads(t *testing.T, f *Folder, path, content, want string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	r, err := f.Load(1)
	if !fault.Is(err, fault.BadData) || fault.Of(err).Path != path || !strings.Contains(err.Error(), want) || r != nil {
		t.Errorf("want %q, got %v, %v", want, r, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	f := sweepFolder(t, testSpec())
	good, err := os.ReadFile(f.specPath())
	if err != nil {
		t.Fatal(err)
	}
	bad := []string{"", "{}", strings.Replace(string(good), `"0.1"`, `"0.1", "7"`, 1), string(good) + "x"}
	for _, content := range bad {
		if err := os.WriteFile(f.specPath(), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(f.Path); !fault.Is(err, fault.BadData) {
			t.Errorf("%q gave %v", content, err)
		}
	}
	if _, err := Open(t.TempDir()); err == nil {
		t.Error("opened a folder without a sweep")
	}
}

// TestShardsMayStartTogether has many shards create the folder at the same time.
func TestShardsMayStartTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shared")
	faults := make(chan error)
	const shards = 16
	for range shards {
		go func() {
			_, err := Create(path, testSpec())
			faults <- err
		}()
	}
	for range shards {
		if err := <-faults; err != nil {
			t.Error(err)
		}
	}
}
