//go:build unix

package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mnistgpu/internal/ui"
)

// patience is how long a command may take that should refuse a file at once. Whoever opens
// a named pipe waits for ever.
const patience = 30 * time.Second

// command runs a command line in the process.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	o := &ui.IO{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &err, Getenv: noVariable, Environ: noVariables}
	done := make(chan int, 1)
	go func() { done <- Run(args, o) }()
	select {
	case code = <-done:
		return code, out.String(), err.String()
	case <-time.After(patience):
		t.Fatalf("mnistgpu %s waits", strings.Join(args, " "))
	}
	return
}

func pipe(t *testing.T, path string) string {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestPipesAreRefused gives a named pipe to every command that reads a file, and puts one
// in the place of every file of a run's folder.
func TestPipesAreRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	if code, _, stderr := command(t, "train", "--data", "synthetic", "--backend", "cpu", "--steps", "2", "--hidden", "4", "--run-dir", "run", "--quiet"); code != 0 {
		t.Fatalf("train: exit code %d: %s", code, stderr)
	}
	for _, name := range []string{"p", "p.safetensors", "p.csv", "p.png", "p.npz"} {
		pipe(t, name)
	}
	refused := func(what string, args ...string) {
		t.Helper()
		code, _, stderr := command(t, args...)
		if code != 3 || !strings.Contains(stderr, what+": is not a regular file") {
			t.Errorf("mnistgpu %s: exit code %d, %q", strings.Join(args, " "), code, stderr)
		}
	}
	refused("p", "train", "--config", "p")
	refused("p", "sweep", "--config", "p", "--lr", "0.1,0.2")
	refused("p", "lr-find", "--config", "p")
	refused("p", "config", "print", "--config", "p")
	refused("p", "eval", "p")
	refused("p", "predict", "p", "p.png")
	refused("p.png", "predict", "run", "p.png")
	refused("p", "export", "p", "--out", "a.npz")
	refused("p.safetensors", "import", "p.safetensors", "--out", "a.safetensors")
	refused("p.csv", "data", "import", "p.csv", "--out", "d")
	refused("p", "serve", "p", "--addr", "127.0.0.1:0")
	refused("p", "serve", "run", "--addr", "127.0.0.1:0", "--token-file", "p")

	for name, commands := range map[string][][]string{
		"config.toml":       {{"resume", "run"}, {"report", "run"}},
		"summary.json":      {{"resume", "run"}, {"report", "run"}, {"report", "run", "run", "--out", "c.html"}},
		"history.csv":       {{"report", "run"}},
		"model.safetensors": {{"eval", "run"}, {"predict", "run", "p.png"}, {"export", "run", "--out", "a.npz"}, {"report", "run"}, {"serve", "run", "--addr", "127.0.0.1:0"}},
		"classes.txt":       {{"eval", "run"}, {"serve", "run", "--addr", "127.0.0.1:0"}},
	} {
		path := filepath.Join("run", name)
		os.Rename(path, "kept")
		pipe(t, path)
		for _, args := range commands {
			refused(path, args...)
		}
		if code, _, stderr := command(t, "runs", "."); code != 0 || name == "summary.json" && !strings.Contains(stderr, "is not a regular file") {
			t.Errorf("runs with a pipe as %s: exit code %d, %q", name, code, stderr)
		}
		os.Remove(path)
		os.Rename("kept", path)
	}
	os.Remove(filepath.Join("run", ".lock"))
	pipe(t, filepath.Join("run", ".lock"))
	if code, stdout, _ := command(t, "runs", "."); code != 0 || !strings.Contains(stdout, "run") {
		t.Errorf("runs with a pipe as .lock: exit code %d, %q", code, stdout)
	}
}
