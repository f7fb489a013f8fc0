package durable_test

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"testing"

	"mnistgpu/internal/durable"
)

// A lock keeps other processes out, and ends with the one that holds it, even
// if that is killed.
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
	holder.Process.Kill()
	holder.Wait()
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
