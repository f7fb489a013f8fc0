package model

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/model/npz"
)

func TestEval(t *testing.T) {
	m, data, out := brightest(t), dataOfModel(t), filepath.Join(t.TempDir(), "out.csv")
	stdout, stderr, err := execute(NewEval, nil, m, "--data", data, "--backend", "cpu", "--json", "--predictions", out)
	if err != nil || !strings.HasPrefix(stderr, data+": images of 1x18, ") || strings.Count(stderr, "\n") != 1 {
		t.Fatalf("%v, with %q on stderr", err, stderr)
	}
	var got evalResult
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatal(err)
	}
	if got.Status != "done" || got.Backend != "cpu" || got.Count != classes || got.Accuracy != float64(classes-1)/classes {
		t.Errorf("got %+v", got)
	}
	// The right class has the logit 10, and each other one 0. The last label has one of these.
	total := math.Log(math.Exp(10) + classes - 1)
	if want := total - 10*float64(classes-1)/classes; !(math.Abs(got.Loss-want) <= 1e-6) {
		t.Errorf("loss %v, want %v", got.Loss, want)
	}
	for label, row := range got.Confusion {
		for predicted, n := range row {
			if want := label%(classes-1) == predicted; (n == 1) != want || n > 1 {
				t.Errorf("confusion[%d][%d] is %d", label, predicted, n)
			}
		}
	}
	csv, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(csv), "\n")
	if len(lines) != classes+2 || !strings.HasPrefix(lines[0], "index,label,predicted,p0,") || !strings.HasPrefix(lines[classes], "16,16,0,0.99") {
		t.Errorf("the predictions are\n%s", csv)
	}
}

// NumPy computes labels * classes + predicted in the type of the labels.
func TestLabelsOfPredictionsAreWide(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.NPZ")
	if _, _, err := execute(NewEval, nil, brightest(t), "--data", dataOfModel(t), "--backend", "cpu", "--predictions", out); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if got := bytes.Count(content, []byte("'descr': '<i8'")); got != 2 {
		t.Errorf("%d arrays of int64, want labels and predicted", got)
	}
	arrays, err := npz.ReadFloats(content, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"labels", "predicted", "probabilities"} {
		if arrays[i].Name != name {
			t.Fatalf("array %d is %s, want %s", i, arrays[i].Name, name)
		}
	}
	for i, label := range arrays[0].Values.([]float64) {
		if predicted := arrays[1].Values.([]float64)[i]; label != float64(i) || predicted != float64(i%(classes-1)) {
			t.Errorf("image %d has label %v, predicted %v", i, label, predicted)
		}
	}
}

func TestEvalRefuses(t *testing.T) {
	m, data := brightest(t), dataOfModel(t)
	taken := write(t, filepath.Join(t.TempDir(), "taken.csv"), []byte("mine"))
	for _, test := range []struct {
		args []string
		want string
		kind fault.Kind
	}{
		{nil, "eval needs a run folder or a model.safetensors", fault.BadUsage},
		{[]string{m, "--predictions", "x.txt"}, `--predictions must end in .csv or .npz (got "x.txt")`, fault.BadUsage},
		{[]string{m, "--backend", "cpu", "--device", "0"}, "--device needs --backend cuda (got cpu)", fault.BadUsage},
		{[]string{m, "--data", data, "--predictions", taken}, "cannot write " + taken + ": file already exists", fault.CannotWrite},
		{[]string{"nowhere"}, "nowhere: file does not exist", fault.BadData},
	} {
		_, _, err := execute(NewEval, nil, test.args...)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) || !fault.Is(err, test.kind) {
			t.Errorf("%q: %v, want %s", test.args, err, test.want)
		}
	}
	if content, err := os.ReadFile(taken); err != nil || string(content) != "mine" {
		t.Errorf("the file that existed has %q, %v", content, err)
	}
}

func TestConfusionTableIsAligned(t *testing.T) {
	want := `label  predicted
          0     1     2
    0   980     .     3
    1     1  1135     .
    2     .    12     7
`
	var got strings.Builder
	printConfusion(&got, [][]int{{980, 0, 3}, {1, 1135, 0}, {0, 12, 7}})
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}
