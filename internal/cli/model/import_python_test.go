package model

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mnistgpu/internal/mnist"
)

// imported is a model that testdata/models.py wrote.
type imported struct {
	File    string   `json:"file"`
	Flags   []string `json:"flags"`
	Answers []int    `json:"answers"` // to the test images
	Sure    []bool   `json:"sure"`    // whether rounding cannot change the answer
}

// Models that PyTorch, Keras, Flax and scikit-learn wrote give the answers here that they
// give there, to the last of 10,000 images.
func TestModelsOfOtherPrograms(t *testing.T) {
	find := exec.Command("python3", "-c", "import flax, keras, onnxscript, safetensors, skl2onnx, torch")
	find.Env = append(os.Environ(), "KERAS_BACKEND=torch")
	if out, err := find.CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		t.Skipf("python3 lacks torch, keras, flax, skl2onnx or safetensors: %s", lines[len(lines)-1])
	}
	dir := t.TempDir()
	data := mnist.Synthetic(10, 10_000, 1)
	folder := filepath.Join(dir, "digits")
	if err := mnist.WriteDir(folder, data, nil); err != nil {
		t.Fatal(err)
	}
	images, labels := filepath.Join(folder, "t10k-images-idx3-ubyte"), filepath.Join(folder, "t10k-labels-idx1-ubyte")
	if out, err := exec.Command("python3", "testdata/models.py", dir, images, labels).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	content, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []imported
	if err := json.Unmarshal(content, &cases); err != nil || len(cases) != 10 {
		t.Fatalf("%d models: %v", len(cases), err)
	}
	for _, c := range cases {
		t.Run(c.File, func(t *testing.T) { c.check(t, dir) })
	}
}

// check imports a model and compares its answers.
func (c imported) check(t *testing.T, dir string) {
	out := filepath.Join(dir, c.File+".out")
	predictions := filepath.Join(dir, c.File+".csv")
	if _, stderr, err := execute(NewImport, nil, append(c.Flags, filepath.Join(dir, c.File), "--out", out)...); err != nil {
		t.Fatalf("import: %v\n%s", err, stderr)
	}
	if _, stderr, err := execute(NewEval, nil, out, "--data", filepath.Join(dir, "digits"), "--predictions", predictions); err != nil {
		t.Fatalf("eval: %v\n%s", err, stderr)
	}
	f, err := os.Open(predictions)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) != len(c.Answers)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	different, unsure := 0, 0
	for i, row := range rows[1:] {
		if !c.Sure[i] {
			unsure++
		} else if row[2] != strconv.Itoa(c.Answers[i]) {
			different++
		}
	}
	if different > 0 || unsure > 20 {
		t.Errorf("%d answers differ; %d are too close to compare", different, unsure)
	}
	t.Logf("%d answers agree; %d are too close to compare", len(c.Answers)-unsure, unsure)
}
