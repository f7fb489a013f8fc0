//go:build unix

package main

import (
	"bufio"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestServedRun serves a run in a process of its own, which prints its address, answers,
// and ends well when a service manager stops it.
func TestServedRun(t *testing.T) {
	server, address := serveRun(t, "mnistgpu")
	for _, path := range []string{"", "healthz", "v1/model", "v1/run"} {
		response, err := http.Get(address + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("/%s: %s", path, response.Status)
		}
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("the server ends with %v", err)
	}
}

// serveRun trains a run, and serves it in a process of its own. The command line may have
// a prefix, such as that of a shell. It returns the process and the address.
func serveRun(t *testing.T, prefix ...string) (server *exec.Cmd, address string) {
	t.Helper()
	dir := t.TempDir()
	data, trained := filepath.Join(dir, "digits"), filepath.Join(dir, "run")
	if err := writeDigits(data, 100, 20); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mnistgpu", "train", "--data", data, "--backend", "cpu", "--hidden", "8", "--batch", "full", "--steps", "1", "--report=false", "--run-dir", trained).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	command := append(prefix, "serve", trained, "--addr", "127.0.0.1:0")
	server = exec.Command(command[0], command[1:]...)
	server.Stderr = t.Output()
	stdout, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Process.Kill() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("no address: %v", err)
	}
	return server, strings.TrimSpace(line)
}
