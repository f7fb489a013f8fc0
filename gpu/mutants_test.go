//go:build cuda && linux

package gpu

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mnistgpu/gpu/sim"
)

// chosenMutant names the mutant that a process with all of them is to be.
const chosenMutant = "MNISTGPU_SIM_MUTANT"

// TestMutants runs the test of each mutant in a process that has all mutants' code and
// chooses one. The test must fail, and pass if no mutant is chosen.
func TestMutants(t *testing.T) {
	simulate(t)
	library := mutateKernels(t)
	program := mutateGo(t)
	for _, m := range append([]mutant{{name: "none", test: "TestWatched"}}, mutants...) {
		t.Run(m.name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.failfast", "-test.run=^"+m.test+"$")
			cmd.Env = append(os.Environ(), chosenMutant+"="+m.name)
			if strings.HasSuffix(m.file, ".go") {
				cmd.Path = program
			} else {
				cmd.Env = append(cmd.Env, sim.Library+"="+library)
			}
			out, err := cmd.CombinedOutput()
			switch failed := strings.Contains(string(out), "--- FAIL: "+m.test); {
			case m.file == "" && err != nil:
				t.Errorf("the code without a mutant fails: %v\n%s", err, out)
			case m.file != "" && !failed:
				t.Errorf("%s passes, or did not run: %v\n%s", m.test, err, out)
			}
		})
	}
}

// mutateKernels builds the simulated device from kernels with all mutants.
func mutateKernels(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("../kernels")); err != nil {
		t.Fatal(err)
	}
	chosen := `inline bool is_mutant(const char *name) {
	const char *chosen = getenv("` + chosenMutant + `");
	return chosen && strcmp(chosen, name) == 0;
}`
	for file, text := range mutated(t, "kernels/") {
		if file == "kernels/common.cuh" {
			text = strings.Replace(text, "typedef", chosen+"\n\ntypedef", 1)
		}
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(file)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return sim.BuildWith(t, folder)
}

// mutateGo builds the tests of this package with all mutants.
func mutateGo(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	overlay := map[string]string{}
	add := func(file, text string) {
		file, err := filepath.Abs(filepath.Join("..", file))
		if err != nil {
			t.Fatal(err)
		}
		overlay[file] = filepath.Join(folder, fmt.Sprintf("%d.go", len(overlay)))
		if err := os.WriteFile(overlay[file], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for file, text := range mutated(t, "gpu/") {
		add(file, text)
	}
	for folder, name := range map[string]string{"gpu": "gpu", "gpu/driver": "driver"} {
		add(folder+"/mutant_linux.go", "package "+name+"\n\nimport \"os\"\n\n"+
			"func is_mutant(name string) bool { return os.Getenv(\""+chosenMutant+"\") == name }\n")
	}
	list, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	path, program := filepath.Join(folder, "overlay.json"), filepath.Join(folder, "gpu.test")
	if err := os.WriteFile(path, list, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "test", "-c", "-tags", "cuda", "-overlay", path, "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// mutated returns the text of each file in a folder that has mutants, with all of them:
// each statement becomes a choice of two.
func mutated(t *testing.T, folder string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, m := range mutants {
		if !strings.HasPrefix(m.file, folder) {
			continue
		}
		if texts[m.file] == "" {
			text, err := os.ReadFile(filepath.Join("..", m.file))
			if err != nil {
				t.Fatal(err)
			}
			texts[m.file] = string(text)
		}
		if n := strings.Count(texts[m.file], m.before); n != 1 {
			t.Fatalf("%s: %s has its statement %d times", m.name, m.file, n)
		}
		choice := fmt.Sprintf("if (is_mutant(%q)) {\n%s\n} else {\n%s\n}", m.name, m.after, m.before)
		texts[m.file] = strings.Replace(texts[m.file], m.before, choice, 1)
	}
	return texts
}
