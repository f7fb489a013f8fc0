package serve

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"log"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mnistgpu/internal/durable"
	"mnistgpu/internal/run"
)

// listener reads the events of a stream.
type listener struct {
	t      *testing.T
	lines  *bufio.Scanner
	status int
}

func (r *running) listen(t *testing.T) *listener {
	t.Helper()
	response, err := http.DefaultTransport.RoundTrip(r.request(t, http.MethodGet, "/v1/events", nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	return &listener{t, lines, response.StatusCode}
}

// next returns the next event of the given name; it skips others.
func (l *listener) next(name string) []byte {
	l.t.Helper()
	event := ""
	for l.lines.Scan() {
		line := l.lines.Text()
		if rest, ok := strings.CutPrefix(line, "event: "); ok {
			event = rest
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok && event == name {
			return []byte(data)
		}
	}
	l.t.Fatalf("the stream ended before %s: %v", name, l.lines.Err())
	return nil
}

func (l *listener) run() runInfo {
	l.t.Helper()
	var r runInfo
	if err := json.Unmarshal(l.next("run"), &r); err != nil {
		l.t.Fatal(err)
	}
	return r
}

// TestARunComesAlive follows a run from its beginning to its end.
func TestARunComesAlive(t *testing.T) {
	o := options(t)
	o.Run = filepath.Join(t.TempDir(), "mnist-007")
	if err := os.Mkdir(o.Run, 0o777); err != nil {
		t.Fatal(err)
	}
	o.Model = filepath.Join(o.Run, "model.safetensors")
	s := start(t, o)
	l := s.listen(t)
	if r := l.run(); r.Name != "mnist-007" || r.Status != "unfinished" || len(r.History) != 0 {
		t.Errorf("at the beginning: %+v", r)
	}
	if r := s.post(t, "application/json", pixels(784, "1")); r.StatusCode != 503 || r.Header.Get("Retry-After") == "" {
		t.Errorf("without a model: status %d, %s", r.StatusCode, r.body)
	}
	put(t, filepath.Join(o.Run, "history.csv"), run.EncodeHistory(history(3), false))
	r := l.run()
	for len(r.History) < 3 { // the file is not written in one piece here
		r = l.run()
	}
	if r.History[2]["epoch"] != 3 || r.History[2]["loss"] != 1.0/3 || r.History[2]["test_accuracy"] != 0.5 {
		t.Errorf("the third line is %v", r.History[2])
	}
	temporary := filepath.Join(o.Run, "temporary")
	save(t, temporary, sample())
	if err := os.Rename(temporary, o.Model); err != nil {
		t.Fatal(err)
	}
	var m modelInfo
	if err := json.Unmarshal(l.next("model"), &m); err != nil {
		t.Fatal(err)
	}
	if m.Name != "mnist-007" || m.Layers[1] != hidden || m.Classes[9] != "j" || m.Parameters != 785*hidden+(hidden+1)*10 {
		t.Errorf("the model is %+v", m)
	}
	first := decode[answer](t, s.post(t, "application/json", pixels(784, "200")))
	put(t, filepath.Join(o.Run, "summary.json"), (&run.Summary{Status: "done", Data: "mnist"}).Encode())
	for r = l.run(); r.Status != "done"; r = l.run() {
	}

	other := sample()
	for i := range other.Tensors[2].Values {
		other.Tensors[2].Values[i] *= -1
	}
	save(t, temporary, other)
	if err := os.Rename(temporary, o.Model); err != nil {
		t.Fatal(err)
	}
	l.next("model")
	second := decode[answer](t, s.post(t, "application/json", pixels(784, "200")))
	if first.Model == second.Model || first.Probability == second.Probability {
		t.Errorf("another model answers as the first: %+v, %+v", first, second)
	}
}

// TestAStoppedRunIsTold follows a run that is killed, resumed and ended. Whoever has the
// lock of its folder counts as training.
func TestAStoppedRunIsTold(t *testing.T) {
	o := options(t)
	o.Run = t.TempDir()
	put(t, filepath.Join(o.Run, "config.toml"), []byte("epochs = 12\n"))
	put(t, filepath.Join(o.Run, "history.csv"), run.EncodeHistory(history(3), false))
	train := func() (stop func() error) {
		stop, err := durable.Lock(o.Run)
		if err != nil {
			t.Fatal(err)
		}
		return stop
	}
	stop := train()
	l := start(t, o).listen(t)
	want := func(status string) {
		t.Helper()
		if r := l.run(); r.Status != status || len(r.History) != 3 || r.Epochs != 12 {
			t.Errorf("the run is %+v: want it %s", r, status)
		}
	}
	want("unfinished")
	stop()
	want("stopped")
	stop = train()
	want("unfinished")
	put(t, filepath.Join(o.Run, "temporary"), (&run.Summary{Status: "done"}).Encode())
	if err := os.Rename(filepath.Join(o.Run, "temporary"), filepath.Join(o.Run, "summary.json")); err != nil {
		t.Fatal(err)
	}
	want("done")
	stop()
}

// TestABrokenModelLeavesTheOldOne replaces a good file by a bad one.
func TestABrokenModelLeavesTheOldOne(t *testing.T) {
	o := options(t)
	s := start(t, o)
	var logged journal
	o.Log.SetOutput(&logged)
	put(t, o.Model, []byte("no model"))
	eventually(t, "a line in the log", func() bool { return strings.Contains(logged.String(), o.Model) })
	if r := s.post(t, "application/json", pixels(784, "1")); r.StatusCode != 200 {
		t.Errorf("status %d", r.StatusCode)
	}
}

// TestALostModelIsToldOnce removes the file, and checks as often as the watcher would in
// a second.
func TestALostModelIsToldOnce(t *testing.T) {
	o := options(t)
	s := start(t, o)
	if err := os.Remove(o.Model); err != nil {
		t.Fatal(err)
	}
	w := &watcher{server: s.Server}
	lost := 0
	for range 10 {
		if w.updateModel(t.Context()) != nil {
			lost++
		}
	}
	if lost != 1 {
		t.Errorf("%d of 10 updates tell that the model is gone, want 1", lost)
	}
	if r := s.post(t, "application/json", pixels(784, "1")); r.StatusCode != 200 {
		t.Errorf("status %d", r.StatusCode)
	}
}

func TestStreamsAreLimitedAndLive(t *testing.T) {
	o := options(t)
	o.Limits.Streams, o.Limits.Heartbeat = 2, time.Millisecond
	o.Limits.Read, o.Limits.Write = 50*time.Millisecond, 50*time.Millisecond
	s := start(t, o)
	first, second := s.listen(t), s.listen(t)
	first.next("model")
	second.next("model")
	if third := s.listen(t); third.status != 503 {
		t.Errorf("the third of two streams has status %d, want 503", third.status)
	}
	// The time for a request is over long before that many beats.
	for beats := 0; beats < 200; {
		if !first.lines.Scan() {
			t.Fatalf("the stream ended after %d beats: %v", beats, first.lines.Err())
		}
		if first.lines.Text() == ":" {
			beats++
		}
	}
}

func TestLongHistoriesAreThinned(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "history.csv"), run.EncodeHistory(history(12_345), false))
	r, err := readRun(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.History); n != maxRecords || r.History[0]["step"] != 0 || r.History[n-1]["step"] != 12_344 {
		t.Errorf("%d records from %v to %v", n, r.History[0], r.History[n-1])
	}
	for i := range r.History[1:] {
		if gap := r.History[i+1]["step"] - r.History[i]["step"]; gap < 24 || gap > 25 {
			t.Errorf("record %d comes %v steps after the one before", i+1, gap)
		}
	}
}

// TestTestLossesThatAreNotFiniteAreLeftOut has a run that was about to diverge: JSON has
// no NaN.
func TestTestLossesThatAreNotFiniteAreLeftOut(t *testing.T) {
	o := options(t)
	o.Run = t.TempDir()
	lines := history(3)
	lines[1].TestLoss, lines[2].TestLoss = math.Inf(1), math.NaN()
	put(t, filepath.Join(o.Run, "history.csv"), run.EncodeHistory(lines, false))
	r := decode[runInfo](t, start(t, o).get(t, "/v1/run"))
	if len(r.History) != 3 {
		t.Fatalf("%d records: want 3", len(r.History))
	}
	for i, record := range r.History {
		if _, there := record["test_loss"]; there != (i == 0) || record["epoch"] == 0 {
			t.Errorf("record %d is %v", i, record)
		}
	}
}

func TestUnreadableRunsAreTold(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"config.toml", "history.csv", "summary.json"} {
		path := filepath.Join(dir, name)
		put(t, path, []byte("{"))
		if _, err := readRun(dir, true); err == nil || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
			t.Errorf("a bad %s: %v", name, err)
		}
		os.Remove(path)
	}
}

// TestAnotherModelIsLogged serves the folder of a run whose summary has the SHA-256 of
// another model.
func TestAnotherModelIsLogged(t *testing.T) {
	o := options(t)
	content, err := os.ReadFile(o.Model)
	if err != nil {
		t.Fatal(err)
	}
	o.Run = t.TempDir()
	o.Model = filepath.Join(o.Run, run.ModelFile)
	summary := run.Summary{Status: run.Done, ModelSHA256: strings.Repeat("0", 64)}
	for path, content := range map[string][]byte{o.Model: content, filepath.Join(o.Run, run.SummaryFile): summary.Encode()} {
		if err := os.WriteFile(path, content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var logged bytes.Buffer
	o.Log = log.New(&logged, "", 0)
	start(t, o)
	if !strings.Contains(logged.String(), "is not the model that the run left") {
		t.Errorf("the log is %q", &logged)
	}
}
