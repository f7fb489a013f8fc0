package durable_test

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"sync"
	"testing"

	"mnistgpu/internal/durable"
)

// A lock keeps other processes out, and is released when its holder ends, even if that
// is killed.
func TestLockBetweenProcesses(t *testing.T) {
	dir := t.TempDir()
	holder := exec.Command(os.Args[0])
	holder.Env = append(os.Environ(), lockVariable+"="+dir)
	if _, err := holder.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "<nil>\n" {
		t.Fatalf("the other process says %q, %v", line, err)
	}
	if _, err := durable.Lock(dir); !errors.Is(err, durable.ErrLocked) {
		t.Errorf("the lock of another process gave %v", err)
	}
	inUse(t, dir, true)
	holder.Process.Kill()
	holder.Wait()
	inUse(t, dir, false)
	release, err := durable.Lock(dir)
	if err != nil {
		t.Fatalf("the lock of a dead process gave %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
}

func TestLockOfNoFolder(t *testing.T) {
	if _, err := durable.Lock(t.TempDir() + "/none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock of a folder that is not there gave %v", err)
	}
}

// inUse checks whether a folder has a user.
func inUse(t *testing.T, dir string, want bool) {
	t.Helper()
	if got, err := durable.InUse(dir); got != want || err != nil {
		t.Errorf("in use: %v, %v; want %v", got, err, want)
	}
}

func TestInUse(t *testing.T) {
	dir := t.TempDir()
	inUse(t, dir, false)
	release, err := durable.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	inUse(t, dir, true)
	if err := release(); err != nil {
		t.Fatal(err)
	}
	inUse(t, dir, false)
}

// Lock does not fail because others call InUse, and callers of InUse do not take each
// other for users.
func TestLookingDisturbsNoLock(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/.lock", nil, 0o666); err != nil {
		t.Fatal(err)
	}
	var lookers sync.WaitGroup
	for range 2 {
		lookers.Go(func() {
			for range 2000 {
				inUse(t, dir, false)
			}
		})
	}
	lookers.Wait()
	stop := make(chan struct{})
	for range 2 {
		lookers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					durable.InUse(dir)
				}
			}
		})
	}
	for i := range 200 {
		release, err := durable.Lock(dir)
		if err != nil {
			t.Errorf("lock %d of 200: %v", i, err)
			break
		}
		release()
	}
	close(stop)
	lookers.Wait()
}
