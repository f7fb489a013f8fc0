//go:build cuda && linux

package bundle

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mnistgpu/gpu/sim"
	"mnistgpu/internal/mnist"
)

// TestDryRun runs check.sh on the simulated device, in two calls. It tests no GPU, only
// that no line of the script is wrong.
func TestDryRun(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	library := sim.Build(t)
	folder := t.TempDir()
	script, err := os.ReadFile("check.sh")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "check.sh"), script, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := mnist.WriteDir(filepath.Join(folder, "digits"), mnist.Synthetic(600, 200, 1), mnist.DefaultNames(10)); err != nil {
		t.Fatal(err)
	}
	for _, build := range [][]string{
		{"build", "-tags", "cuda", "-o", filepath.Join(folder, "mnistgpu"), "../../cmd/mnistgpu"},
		{"test", "-c", "-tags", "cuda", "-o", filepath.Join(folder, "gpu.test"), ".."},
		{"test", "-c", "-tags", "cuda", "-o", filepath.Join(folder, "driver.test"), "../driver"},
	} {
		if output, err := exec.Command("go", build...).CombinedOutput(); err != nil {
			t.Fatalf("go %v: %v\n%s", build, err, output)
		}
	}
	device, err := filepath.Abs(filepath.Join(folder, "control"))
	if err != nil {
		t.Fatal(err)
	}
	if _, unmap, err := sim.Create(device); err != nil {
		t.Fatal(err)
	} else {
		defer unmap()
	}

	call := func(minutes string) (string, int) {
		cmd := exec.Command("./check.sh", "--minutes", minutes, filepath.Join(folder, "logs"))
		cmd.Dir = folder
		cmd.Env = append(os.Environ(), "CHECK_SIMULATOR="+library, "MNISTGPU_SIM="+device, "MNISTGPU_DATA=")
		output, err := cmd.CombinedOutput()
		if _, failed := err.(*exec.ExitError); err != nil && !failed {
			t.Fatal(err)
		}
		return string(output), cmd.ProcessState.ExitCode()
	}
	// One minute is enough for the first check and for no other.
	if output, code := call("1"); code != 75 || !strings.Contains(output, "checks are left: call again") {
		t.Errorf("a short call gives %d and prints\n%s", code, output)
	}
	output, code := call("60")
	if code != 0 || strings.Contains(output, "FAILED") {
		t.Errorf("the exit code is %d\n%s", code, output)
	}
	for _, want := range []string{"ok      doctor", "ok      memcheck-seeded", "20 runs, the same bits", "ok      bench-batches"} {
		if !strings.Contains(output, want) {
			t.Errorf("no %q in\n%s", want, output)
		}
	}
}
