// Package peers holds the programs that compare the speed of mnistgpu with PyTorch and
// JAX, and the test that they run and agree.
package peers

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// has reports whether Python has a library.
func has(library string) bool { return exec.Command("python3", "-c", "import "+library).Run() == nil }

// TestDryRun checks that mnistgpu, and the peers whose libraries are installed, pass the
// gate on a few images, and that the gate stops each peer with a deliberate error.
func TestDryRun(t *testing.T) {
	if !has("numpy") {
		t.Skip("needs python3 with numpy")
	}
	folder := t.TempDir()
	program, problem := filepath.Join(folder, "mnistgpu"), filepath.Join(folder, "problem")
	for path, source := range map[string]string{program: "../../cmd/mnistgpu", problem: "./problem"} {
		if output, err := exec.Command("go", "build", "-o", path, source).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
	}
	contenders := []string{"mnistgpu"}
	for library, names := range map[string][]string{"torch": {"torch-eager", "torch-epoch-graph"}, "jax": {"jax-jit", "jax-scan-1"}} {
		if has(library) {
			contenders = append(contenders, names...)
		} else {
			t.Logf("without %s, which is not installed", library)
		}
	}
	call := func(flags ...string) (string, int) {
		args := append([]string{"--dry-run", "--mnistgpu", program, "--problem", problem, "--minutes", "30", "--repeats", "2", "--out", filepath.Join(folder, "out")}, flags...)
		cmd := exec.Command("./peers.py", append(append(args, "--contenders"), contenders...)...)
		output, err := cmd.CombinedOutput()
		if failed := new(exec.ExitError); err != nil && !errors.As(err, &failed) {
			t.Fatal(err)
		}
		return string(output), cmd.ProcessState.ExitCode()
	}
	output, code := call("--rows", "batch-full-hidden-32", "batch-128-hidden-32")
	if code != 0 || strings.Contains(output, "refused") {
		t.Errorf("the exit code is %d\n%s", code, output)
	}
	for _, name := range contenders {
		if n := strings.Count(output, "\n| "+name+" "); n != 2 {
			t.Errorf("%s is in %d rows, want 2\n%s", name, n, output)
		}
	}
	if len(contenders) == 1 {
		return
	}
	for _, mutant := range []string{"lr", "order", "bias"} {
		output, code := call("--rows", "batch-128-hidden-32", "--mutant", mutant)
		if code != 0 || !strings.Contains(output, "got past the gate: none") {
			t.Errorf("mutant %s: the exit code is %d\n%s", mutant, code, output)
		}
	}
}
