package model

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
)

func TestPredict(t *testing.T) {
	dir := t.TempDir()
	below := filepath.Join(dir, "b", ".hidden")
	if err := os.MkdirAll(below, 0o777); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "c.png"), litPNG(t, 3))
	write(t, filepath.Join(dir, "b", "x.PNG"), litPNG(t, 16))
	write(t, filepath.Join(dir, "notes.txt"), []byte("not a picture"))
	write(t, filepath.Join(dir, ".a.png"), litPNG(t, 1))
	write(t, filepath.Join(below, "y.png"), litPNG(t, 1))
	stdout, stderr, err := execute(NewPredict, litPNG(t, 7), brightest(t), dir, "-", "--prepare", "as-is", "--top", "1", "--show")
	if err != nil || stderr != "" {
		t.Errorf("%v, with %q on stderr", err, stderr)
	}
	want := strings.Repeat(" ", 32) + "@@\n" + filepath.Join(dir, "b", "x.PNG") + ": 16 99.93 %\n" +
		"      @@\n" + filepath.Join(dir, "c.png") + ": 3 99.93 %\n" +
		strings.Repeat(" ", 14) + "@@\n-: 7 99.93 %\n"
	if stdout != want {
		t.Errorf("got\n%swant\n%s", stdout, want)
	}
}

// A picture that cannot be read does not keep the others from being classified.
func TestPredictOfBadPictures(t *testing.T) {
	dir := t.TempDir()
	good := write(t, filepath.Join(dir, "good.png"), litPNG(t, 5))
	text := write(t, filepath.Join(dir, "text.png"), []byte("text"))
	empty := t.TempDir()
	m := brightest(t)
	stdout, stderr, err := execute(NewPredict, nil, m, text, os.DevNull, good, "nowhere.png", empty, "--prepare", "as-is", "--json")
	if err == nil || err.Error() != "no answer for 4 of 5 pictures" || !fault.Is(err, fault.BadData) {
		t.Errorf("the error is %v", err)
	}
	var got answers
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatal(err)
	}
	if got.Images[3].Error == "" { // whose text depends on the system
		t.Error("a missing picture has no error")
	}
	if got.Status != "incomplete" || len(got.Images) != 5 || len(got.Images[2].Top) != 3 || got.Images[2].Top[0].Class != 5 {
		t.Errorf("the answer is %s", stdout)
	}
	for i, want := range map[int]string{
		0: "must be a picture", 1: "is not a regular file", 4: "has no pictures: their names must end in .png, ",
	} {
		if !strings.HasPrefix(got.Images[i].Error, want) {
			t.Errorf("picture %d: %q, want %s", i, got.Images[i].Error, want)
		}
	}
	if lines := strings.Count(stderr, "\n"); lines != 4 || !strings.Contains(stderr, "mnistgpu: "+os.DevNull+": is not a regular file\n") {
		t.Errorf("stderr is\n%s", stderr)
	}
	_, stderr, err = execute(NewPredict, nil, m, text)
	if err == nil || !strings.HasPrefix(err.Error(), text+": must be a picture") || stderr != "" {
		t.Errorf("one bad picture: %v, with %q on stderr", err, stderr)
	}
	_, _, err = execute(NewPredict, nil, good, m)
	if err == nil || !strings.HasPrefix(fault.Hint(err), "the model comes first, then the pictures") || !fault.Is(err, fault.BadData) {
		t.Errorf("a picture as the model: %v", err)
	}
}

func TestPredictRefuses(t *testing.T) {
	for want, args := range map[string][]string{
		"predict needs a run folder or a model.safetensors, and then pictures": {"run"},
		"--top must be at least 1 (got 0)":                                     {"run", "x.png", "--top", "0"},
		"--show and --json exclude each other":                                 {"run", "x.png", "--show", "--json"},
	} {
		if _, _, err := execute(NewPredict, nil, args...); err == nil || err.Error() != want || !fault.Is(err, fault.BadUsage) {
			t.Errorf("%q: %v, want %s", args, err, want)
		}
	}
}

// The default of predict is the CPU, but a default is no choice: a flag for GPUs selects
// one.
func TestBackendOfPredict(t *testing.T) {
	for want, args := range map[string][]string{"cpu": nil, "cuda": {"--device", "1"}, "auto": {"--backend", "auto"}} {
		f := NewPredict(&ui.IO{}).Flags()
		if err := f.Parse(args); err != nil {
			t.Fatal(err)
		}
		v, err := settings.Resolve(settings.GivenBy(f))
		if err != nil {
			t.Fatal(err)
		}
		if v.Backend != want {
			t.Errorf("%q selects %s, want %s", args, v.Backend, want)
		}
	}
}
