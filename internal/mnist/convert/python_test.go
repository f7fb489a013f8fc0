package convert

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mnistgpu/internal/mnist"
)

// What the libraries that people use write is read back, bit for bit.
func TestPythonAgrees(t *testing.T) {
	for _, library := range []string{"numpy", "pandas", "pyarrow", "datasets", "sklearn", "arff", "PIL"} {
		t.Run(library, func(t *testing.T) { checkPython(t, library) })
	}
}

func checkPython(t *testing.T, library string) {
	if out, err := exec.Command("python3", "-c", "import numpy, "+library).CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		t.Skipf("needs python3 with numpy and %s: %v: %s", library, err, lines[len(lines)-1])
	}
	dir := store(t, map[string][]byte{
		"train.u8": digits.Train.Images, "train.labels": digits.Train.Labels, "test.u8": digits.Test.Images, "test.labels": digits.Test.Labels,
	})
	python := exec.Command("python3", filepath.Join("testdata", "writers.py"), dir, library)
	var complaints bytes.Buffer
	python.Stderr = &complaints
	out, err := python.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, complaints.Bytes())
	}
	files := strings.Fields(string(out))
	if len(files) == 0 {
		t.Fatal("wrote nothing")
	}
	for i := 0; i < len(files); i += 2 {
		t.Run(files[i], func(t *testing.T) {
			checkWritten(t, filepath.Join(dir, files[i]), files[i+1] == "parts", library == "PIL")
		})
	}
}

// checkWritten checks that dir has the digits: all parts, or those for training alone;
// trees are in the order of their classes.
func checkWritten(t *testing.T, dir string, parts, isTree bool) {
	set, err := Load(dir, Options{Skip: func(s Skipped) { t.Errorf("skipped %v", s) }})
	if err != nil {
		t.Fatal(err)
	}
	train, test := digits.Train, digits.Test
	if isTree {
		train, test = byClass(train), byClass(test)
	}
	if !parts {
		test = mnist.Split{}
	}
	if !bytes.Equal(set.Train.Images, train.Images) || !bytes.Equal(set.Train.Labels, train.Labels) {
		t.Errorf("the training part differs: %d images of %dx%d, labels %v; facts %q", set.Train.Len(), set.Height, set.Width, set.Train.Labels, set.Facts)
	}
	if !bytes.Equal(set.Test.Images, test.Images) || !bytes.Equal(set.Test.Labels, test.Labels) {
		t.Errorf("the test part differs: %d images", set.Test.Len())
	}
	if os.Getenv("MNISTGPU_TELL") != "" {
		fmt.Println(filepath.Base(dir), set.Names, set.Facts)
	}
}
