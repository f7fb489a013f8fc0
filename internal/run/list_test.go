package run

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/durable"
	"mnistgpu/internal/fault"
)

// folder makes a run in parent with the given files, which started at the given minute.
func folder(t *testing.T, parent, name string, minute int, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(parent, name)
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for file, content := range files {
		path := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, started(minute), started(minute)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func started(minute int) time.Time { return time.Date(2026, 1, 1, 0, minute, 0, 0, time.UTC) }

const (
	settings = "preset = 'fast'\ndata = 'mnist'\nbackend = 'cpu'\nhidden = [30]\n"
	lines    = header + "\n1,1,1,1,1,0.5,3\n2,2,1,1,1,0.25,7\n"
	done     = `{"status":"done","preset":"best","data":"x","backend":"cuda","hidden":[400],"seconds":5}`
)

// A list is sorted from the newest run to the oldest, and runs that started at the same
// time by name in descending order. Entries come from the summary of a run or, without
// one, from its settings. One without a summary is stopped, unless a process holds the
// lock of its folder.
func TestList(t *testing.T) {
	parent := t.TempDir()
	config := map[string]string{"config.toml": settings}
	folder(t, parent, "finished", 1, map[string]string{"config.toml": settings, "summary.json": done, "history.csv": lines})
	going := folder(t, parent, "going", 3, map[string]string{"config.toml": settings, "history.csv": lines})
	release, err := durable.Lock(going)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	folder(t, parent, "new", 2, config)
	folder(t, parent, "newer", 2, config)
	folder(t, parent, "no run", 4, map[string]string{"summary.json": done})
	best := 0.5
	want := []Entry{
		{Dir: "going", Started: started(3), Status: "unfinished", Preset: "fast", Data: "mnist", Backend: "cpu", Hidden: []int{30}, Best: &best, Seconds: 7},
		{Dir: "newer", Started: started(2), Status: "stopped", Preset: "fast", Data: "mnist", Backend: "cpu", Hidden: []int{30}},
		{Dir: "new", Started: started(2), Status: "stopped", Preset: "fast", Data: "mnist", Backend: "cpu", Hidden: []int{30}},
		{Dir: "finished", Started: started(1), Status: "done", Preset: "best", Data: "x", Backend: "cuda", Hidden: []int{400}, Best: &best, Seconds: 7},
	}
	for i := range want {
		want[i].Dir = filepath.Join(parent, want[i].Dir)
	}
	got, broken, err := List(parent)
	if diff := cmp.Diff(want, got); diff != "" || broken != nil || err != nil {
		t.Errorf("%v, %v: -want +got:\n%s", broken, err, diff)
	}
}

// A run that cannot be read is reported with its file, and the others are listed.
func TestListOfBrokenRuns(t *testing.T) {
	parent := t.TempDir()
	folder(t, parent, "good", 0, map[string]string{"config.toml": settings})
	want := []string{
		folder(t, parent, "h", 0, map[string]string{"config.toml": settings, "history.csv": ""}) + "/history.csv: is not the history of a run: it is empty",
		folder(t, parent, "n", 0, map[string]string{"config.toml": settings, "summary.json": done}) + "/history.csv: ",
		folder(t, parent, "s", 0, map[string]string{"config.toml": settings, "summary.json": "{"}) + "/summary.json: is not the summary of a run",
		folder(t, parent, "t", 0, map[string]string{"config.toml": "preset ="}) + "/config.toml: is not a file of settings",
		folder(t, parent, "u", 0, map[string]string{"config.toml/x": ""}) + "/config.toml: is not a regular file",
	}
	got, broken, err := List(parent)
	if err != nil || len(got) != 1 || len(broken) != len(want) {
		t.Fatalf("%v, %v, %v: want one run and %d that are broken", got, broken, err, len(want))
	}
	for i, fault := range broken {
		if !strings.HasPrefix(fault.Error(), filepath.FromSlash(want[i])) {
			t.Errorf("%v\nwant %s", fault, want[i])
		}
	}
}

// An error names a path once, and wraps its cause.
func TestListOfNothing(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	_, _, err := List(none)
	_, missing := ReadSummary(none)
	for _, err := range []error{err, missing} {
		if !fault.Is(err, fault.BadData) || !errors.Is(err, fs.ErrNotExist) || strings.Count(err.Error(), none) != 1 {
			t.Errorf("what is not there gave %v", err)
		}
	}
}

func TestSummaryOfNaNPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("want a panic: JSON has no NaN")
		}
	}()
	(&Summary{Seconds: math.NaN()}).Encode()
}
