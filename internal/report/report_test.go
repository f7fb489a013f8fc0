package report

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mnistgpu/internal/draw"
	"mnistgpu/internal/model"
	"mnistgpu/internal/run"
	"mnistgpu/internal/train"
)

// parsed returns a history as read from a file.
func parsed(t testing.TB, records []train.Record) *run.History {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "history.csv"), run.EncodeHistory(records, false), 0o666); err != nil {
		t.Fatal(err)
	}
	h, err := run.ReadHistory(dir)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// made returns the contents of a report's files by name, and the names in order.
func made(t *testing.T, r *Run) (content map[string][]byte, names []string) {
	t.Helper()
	files, err := r.Files()
	if err != nil {
		t.Fatal(err)
	}
	content = map[string][]byte{}
	for _, f := range files {
		content[f.Name] = f.Content
		names = append(names, f.Name)
	}
	return content, names
}

func TestFilesOfARun(t *testing.T) {
	r := sample(t, 60)
	r.Tested.Names[3] = `<script>"three"</script>`
	content, names := made(t, r)
	want := []string{"history.png", "confusion.png", "confusion.csv", "weights.png", "errors.png", "report.html"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Fatal(diff)
	}
	html := content["report.html"]
	if bytes.Contains(html, []byte("<script")) || !bytes.Contains(html, []byte("&lt;script&gt;")) {
		t.Error("the name of a class is not quoted")
	}
	for _, text := range []string{"synthetic-001", "best 37.50 % at epoch 1", r.Command, "1m15s"} {
		if !bytes.Contains(html, []byte(text)) {
			t.Errorf("the page does not say %q", text)
		}
	}
	again, _ := made(t, r)
	if !bytes.Equal(html, again["report.html"]) {
		t.Error("the same run has another page")
	}
}

func TestFilesWithoutAMistake(t *testing.T) {
	r := sample(t, 20)
	for i, label := range r.Tested.Data.Test.Labels {
		r.Tested.Evaluation.Logits[i*10+int(label)] = 100
	}
	content, names := made(t, r)
	if slices.Contains(names, "errors.png") || !bytes.Contains(content["report.html"], []byte("No image was classified wrongly.")) {
		t.Errorf("files %v", names)
	}
}

func TestFilesOfARunThatDiverged(t *testing.T) {
	r := sample(t, 1)
	r.Tested, r.History = nil, parsed(t, nil)
	r.Summary = &run.Summary{Status: "diverged", Error: "diverged: loss is not finite at step 3"}
	content, names := made(t, r)
	if diff := cmp.Diff([]string{"report.html"}, names); diff != "" {
		t.Error(diff)
	}
	if !bytes.Contains(content["report.html"], []byte("loss is not finite at step 3")) {
		t.Error("the page does not say why")
	}
}

func TestNotes(t *testing.T) {
	kept := 19
	for reason, want := range map[train.StopReason][]string{
		train.StopFinished: nil,
		train.StopPatience: {"The run stopped early: its validation loss got no better.", "The weights are those of step 19, whose validation loss is the best."},
	} {
		s := &run.Summary{StopReason: string(reason), Steps: 20, KeptStep: &kept}
		if reason == train.StopPatience {
			s.Steps = 30
		}
		if diff := cmp.Diff(want, notes(s)); diff != "" {
			t.Errorf("%s: %s", reason, diff)
		}
	}
}

func TestStrongest(t *testing.T) {
	m := &model.Model{Tensors: []model.Tensor{
		{Shape: []int{2, 3}, Values: []float32{1, 3, 0, 1, 4, 9}},
		{Shape: []int{3}},
		{Shape: []int{3, 2}, Values: []float32{10, 10, 0, 1, 1, 1}},
	}}
	// ‖w_in‖ is √2, 5 and 9; ‖w_out‖ is √200, 1 and √2.
	if got, want := strongest(m, 2), []int{0, 2}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	m.Tensors = m.Tensors[:2]
	if got, want := strongest(m, 9), []int{2, 1, 0}; !slices.Equal(got, want) {
		t.Errorf("a layer alone: %v, want %v", got, want)
	}
}

func TestTone(t *testing.T) {
	for weight, want := range map[float64]byte{0: draw.Zero, 0.5: 255, -0.5: 1, 0.25: draw.Zero + 64, -0.25: draw.Zero - 64} {
		if got := tone(weight, 0.5); got != want {
			t.Errorf("%v of 0.5 is %d: want %d", weight, got, want)
		}
	}
	if got := tone(0, 0); got != draw.Zero {
		t.Errorf("zero of nothing is %d", got)
	}
}

func TestAxis(t *testing.T) {
	for unit, last := range map[string]train.Record{
		"epoch": {Step: 19, Epoch: 2},
		"step":  {Step: 19, Epoch: 20}, // a step is an epoch
	} {
		if _, got := axis(parsed(t, []train.Record{last})); got != unit {
			t.Errorf("after %d steps and %v epochs: %s", last.Step+1, last.Epoch, got)
		}
	}
	if _, got := axis(parsed(t, []train.Record{{Step: 19, Epoch: 1.5}})); got != "step" {
		t.Errorf("after an epoch and a half: %s", got)
	}
}

func TestHistoryHasWhatTheRunHad(t *testing.T) {
	h := parsed(t, []train.Record{{Step: 9, Epoch: 2, Loss: 1, TestAccuracy: 0.5}})
	panels := history(h)
	if n := len(panels[0].Curves); n != 2 {
		t.Errorf("%d losses: want those of training and test", n)
	}
	if got := panels[1].Curves[1].Y[0]; !(math.Abs(got-50) <= 1e-9) {
		t.Errorf("a half is %v percent", got)
	}
}

// TestRates checks that the learning rates, by epoch or step, have a panel of their own,
// and no more points than a picture can show.
func TestRates(t *testing.T) {
	r := sample(t, 60)
	plain, _ := made(t, r)
	r.Summary.Steps, r.Summary.Epochs = 4000, 2
	r.Rates = make([]float64, 4000)
	for i := range r.Rates {
		r.Rates[i] = 1 / float64(1+i)
	}
	curve := r.rates().Curves[0]
	last := len(curve.X) - 1
	if last+1 > 2*ratePoints || !(math.Abs(curve.X[last]-2) <= 0.01) || curve.Y[0] != 1 {
		t.Errorf("%d points up to %v", last+1, curve.X[last])
	}
	content, _ := made(t, r)
	if draw.Width(content["history.png"]) != draw.Width(plain["history.png"])*3/2 {
		t.Error("the rates have no panel")
	}
	if bytes.Count(content["report.html"], []byte(`class="chart"`)) != 4 {
		t.Error("the page has no panel of rates")
	}
}

func TestCompare(t *testing.T) {
	a, b, c := sample(t, 1), sample(t, 1), sample(t, 1)
	b.Dir, c.Dir = "other/synthetic-001", "third"
	b.Settings = []Setting{{"lr", "0.1", ""}, {"seed", "2", ""}}
	c.Settings = append(slices.Clone(b.Settings), Setting{"steps", "5", ""})
	a.Settings = []Setting{{"lr", "0.5", ""}, {"seed", "2", ""}}
	want := []difference{{"lr", []string{"0.5", "0.1", "0.1"}}, {"steps", []string{"", "", "5"}}}
	if diff := cmp.Diff(want, differences([]*Run{a, b, c})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"runs/synthetic-001", "other/synthetic-001", "third"}, shortNames([]*Run{a, b, c})); diff != "" {
		t.Error(diff)
	}
	c.History = parsed(t, nil)
	page, err := Compare([]*Run{a, b, c})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(page), "<b>37.50 %</b>"); n != 2 {
		t.Errorf("%d runs are the best: want two", n)
	}
}
