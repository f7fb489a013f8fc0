package checkpoint

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"

	"mnistgpu/internal/durable"
)

// saveVariable makes the test binary save step 3 into a folder.
const saveVariable = "MNISTGPU_TEST_SAVE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(saveVariable); dir != "" {
		runtime.LockOSThread()
		if _, err := Save(durable.Disk, dir, sample(3, 1<<20), 2); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// saveCalls are the system calls of a save.
var saveCalls = []string{"openat", "getdents64", "write", "fsync", "close", "renameat", "unlinkat"}

// kill -9 at each system call of a save leaves the old state or the new one, and the
// next save cleans up.
func TestSaveKilled(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("there is no strace to kill at a system call with")
	}
	if out, err := exec.Command(strace, "-f", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("strace does not work here: %s", out)
	}
	passed, points, seen := 0, 0, map[int]int{}
	for _, call := range saveCalls {
		for n := 1; ; n++ {
			dir := twice(t)
			if !killedAt(t, strace, call, n, dir) {
				break
			}
			points++
			l := load(t, dir)
			seen[l.State.Step]++
			save(t, durable.Disk, dir, 4)
			if len(entries(t, dir)) == 2 && len(l.Skipped) == 0 {
				passed++
			} else {
				t.Errorf("killed at %s %d: skipped %v, left %q", call, n, l.Skipped, entries(t, dir))
			}
		}
	}
	t.Logf("passed %d of %d: %d old, %d new", passed, points, seen[2], seen[3])
	if seen[2] == 0 || seen[3] == 0 || seen[2]+seen[3] != points || points < len(saveCalls) {
		t.Errorf("seen %v: want the old state or the new one, and both to occur", seen)
	}
}

// killedAt saves in another process, which is killed at its n-th system call of the
// given name. It reports whether there was such a call.
func killedAt(t *testing.T, strace, call string, n int, dir string) bool {
	inject := fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n)
	child := exec.Command(strace, "-f", "-qq", "-o", os.DevNull, "-e", "trace="+call, "-e", inject, os.Args[0])
	child.Env = append(os.Environ(), saveVariable+"="+dir)
	out, err := child.CombinedOutput()
	var exit *exec.ExitError
	if err == nil {
		return false
	}
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("strace: %v: %s", err, out)
	}
	return true
}
