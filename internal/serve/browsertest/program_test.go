package browsertest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// binary is the program, and trained the folder of a default run on MNIST.
var binary, trained string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "browsertest")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary, trained = filepath.Join(dir, "mnistgpu"), filepath.Join(dir, "mnist-001")
	build := exec.Command("go", "build", "-o", binary, "./cmd/mnistgpu")
	build.Dir = "../../.."
	train := exec.Command(binary, "train", "--data", "mnist", "--backend", "cpu", "--quiet", "--run-dir", trained)
	for _, command := range []*exec.Cmd{build, train} {
		command.Stderr = os.Stderr
		if command == train && os.Getenv("MNISTGPU_DATA") == "" {
			break // the tests say that they are skipped
		}
		if err := command.Run(); err != nil {
			fmt.Fprintln(os.Stderr, command, err)
			return 1
		}
	}
	return m.Run()
}

// needMNIST skips a test if there is no trained model.
func needMNIST(t testing.TB) {
	t.Helper()
	if os.Getenv("MNISTGPU_DATA") == "" {
		t.Skip("MNISTGPU_DATA does not name a folder with MNIST")
	}
}

// start serves a run and returns the address of the page.
func start(t testing.TB, args ...string) string {
	t.Helper()
	server := exec.Command(binary, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	var complaints strings.Builder
	server.Stderr = &complaints
	stdout, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Signal(syscall.SIGTERM)
		if err := server.Wait(); err != nil {
			t.Errorf("the server ended with %v: %s", err, &complaints)
		}
	})
	address, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("%v: %s", err, &complaints)
	}
	return strings.TrimSpace(address)
}
