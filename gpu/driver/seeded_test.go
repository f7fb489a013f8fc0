//go:build cuda && linux

package driver

import (
	_ "embed"
	"errors"
	"os"
	"slices"
	"testing"
)

// seededPTX is testdata/seeded.cu, compiled by "make kernels".
//
//go:embed testdata/seeded.ptx
var seededPTX string

// seed names the one of its kernels that TestSeededBug launches.
const seed = "MNISTGPU_SEED"

// seededThreads is two warps.
const seededThreads = 64

// launchSeeded launches a kernel with a bug and returns what it wrote, from
// memory of its own, none of which was written before.
func launchSeeded(t *testing.T, d *Device, name string) ([]float32, error) {
	t.Helper()
	module, err := d.LoadModule(seededPTX)
	must(t, err)
	fn, err := module.Function("seeded_" + name)
	must(t, err)
	out, err := d.Alloc(4 * seededThreads)
	must(t, err)
	args := []Arg{out.Arg()}
	switch name {
	case "memcheck":
		args = append(args, Int(seededThreads))
	case "initcheck":
		unwritten, err := d.Alloc(4 * seededThreads)
		must(t, err)
		args = append(args, unwritten.Arg())
	}
	must(t, d.Launch(fn, Dim{}, Dim{X: seededThreads}, 0, args...))
	if err := d.Sync(); err != nil {
		return nil, err
	}
	return download(t, d, out, seededThreads), nil
}

// TestSeededBug launches the kernel that the environment names on a real GPU. It
// passes: finding the bug is up to the tool of compute-sanitizer that runs it.
func TestSeededBug(t *testing.T) {
	name := os.Getenv(seed)
	if name == "" {
		t.Skip("for compute-sanitizer: " + seed + " names a tool")
	}
	d, err := Open(0)
	must(t, err)
	defer d.Close()
	if _, err := launchSeeded(t, d, name); err != nil && !d.info.Simulated {
		t.Error(err)
	}
}

// TestSeededBugsHere checks which of the bugs the simulated device finds: not that of
// synccheck, since its barriers do not wait for threads that have returned.
func TestSeededBugsHere(t *testing.T) {
	d, _ := open(t)
	var illegal *Error
	if _, err := launchSeeded(t, d, "memcheck"); !errors.As(err, &illegal) || illegal.Code != 700 {
		t.Errorf("memcheck: %v", err)
	}
	d, _ = open(t)
	got, err := launchSeeded(t, d, "initcheck")
	must(t, err)
	if got[0] == got[0] {
		t.Errorf("initcheck: %v", got[0])
	}
	rising, err := launchSeeded(t, d, "racecheck")
	must(t, err)
	falling, err := launchSeeded(t, d, "racecheck")
	must(t, err)
	if slices.Equal(rising, falling) {
		t.Error("racecheck: threads in rising and in falling order agree")
	}
	if _, err := launchSeeded(t, d, "synccheck"); err != nil {
		t.Errorf("synccheck: %v", err)
	}
}
